/* daemon/codec/json.h: the one door to JSON. Reading gives a tree (cJSON behind it), writing
 * streams into a bw_str, so a list of a million rows never becomes a tree. */
#ifndef BW_CODEC_JSON_H
#define BW_CODEC_JSON_H
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/money.h"
#include "base/str.h"

struct bw_json; /* a value inside a tree; a pointer stays good as long as the tree's root */

/* Parse exactly one value (nesting at most 1,000). Ownership: *out is the caller's.
 * Errors: BW_ERR_INVALID with line and column. */
BW_MUST_CHECK enum bw_err bw_json_parse(const char *text, size_t size, struct bw_json **out,
                                        struct bw_error *err);
void bw_json_free(struct bw_json *root);
BW_DEFINE_FREEP(bw_json)

bool bw_json_is_object(const struct bw_json *value);
bool bw_json_is_array(const struct bw_json *value);
bool bw_json_is_text(const struct bw_json *value);
bool bw_json_is_null(const struct bw_json *value); /* also for a NULL pointer: absent is null */

/* Members: case-sensitive, the first of a duplicated name, NULL when absent or value no object. */
const struct bw_json *bw_json_get(const struct bw_json *value, const char *name);
/* What a JSON Pointer (RFC 6901) names; NULL when it names nothing. "" is the value itself. */
const struct bw_json *bw_json_at(const struct bw_json *value, const char *pointer);
/* Iterate over an array or object: first child, then its next sibling; NULL at the end. */
const struct bw_json *bw_json_first(const struct bw_json *value);
const struct bw_json *bw_json_next(const struct bw_json *value);
const char *bw_json_name(const struct bw_json *value); /* the member's name inside an object */
size_t bw_json_size(const struct bw_json *value);      /* children */

/* The value as a plain type, or the fallback when it is absent or of another type. Numbers that
 * providers spell as strings ("128000") are accepted; so are "true" and "false". */
const char *bw_json_text(const struct bw_json *value, const char *fallback);
int64_t bw_json_i64(const struct bw_json *value, int64_t fallback);
double bw_json_double(const struct bw_json *value, double fallback);
bool bw_json_bool(const struct bw_json *value, bool fallback);

/* A time as providers spell it: RFC 3339, YYYY-MM-DD, YYYY-MM, or seconds since 1970; absent
 * leaves *out_ms as it is. Errors: BW_ERR_INVALID, the sentence begins with name. */
BW_MUST_CHECK enum bw_err bw_json_read_time(const struct bw_json *value, const char *name,
                                            int64_t *out_ms, struct bw_error *err);

/* Print a value compactly. Ownership: the result is the caller's. */
char *bw_json_print(const struct bw_json *value);

struct bw_json_writer {
    struct bw_str *out; /* borrowed */
    bool comma;         /* the next value follows another one */
};

/* In each call `name` is the member's name inside an object and NULL inside an array or at the top.
 * Text that is not UTF-8 is written with U+FFFD in place of each bad byte. */
void bw_json_object_begin(struct bw_json_writer *w, const char *name);
void bw_json_object_end(struct bw_json_writer *w);
void bw_json_array_begin(struct bw_json_writer *w, const char *name);
void bw_json_array_end(struct bw_json_writer *w);
void bw_json_add_text(struct bw_json_writer *w, const char *name,
                      const char *text); /* NULL: null */
void bw_json_add_i64(struct bw_json_writer *w, const char *name, int64_t value);
void bw_json_add_double(struct bw_json_writer *w, const char *name, double value); /* NaN: null */
void bw_json_add_bool(struct bw_json_writer *w, const char *name, bool value);
void bw_json_add_null(struct bw_json_writer *w, const char *name);
/* Decimal dollars, exact to the micro-dollar, without trailing zeros: 46.5. */
void bw_json_add_usd(struct bw_json_writer *w, const char *name, struct bw_money money);
/* RFC 3339, or null for 0 (unknown). _day gives YYYY-MM-DD. */
void bw_json_add_time(struct bw_json_writer *w, const char *name, int64_t at_ms);
void bw_json_add_day(struct bw_json_writer *w, const char *name, int64_t at_ms);
/* A 64-bit id, as a string: JSON numbers are doubles. */
void bw_json_add_id(struct bw_json_writer *w, const char *name, int64_t id);
/* Text that is JSON already; NULL writes null. */
void bw_json_add_raw(struct bw_json_writer *w, const char *name, const char *json);
/* Append a quoted JSON string to any text. */
void bw_json_quote(struct bw_str *out, const char *text);
#endif
