/* daemon/base/str.h: a growing string, and the few questions we ask of plain ones. */
#ifndef BW_BASE_STR_H
#define BW_BASE_STR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

struct bw_str {
    char *text;      /* NUL-terminated when not NULL; NULL while empty */
    size_t size;     /* bytes before the NUL */
    size_t capacity; /* bytes allocated */
};

/* A zeroed bw_str is empty and ready. */
void bw_str_clear(struct bw_str *str);
void bw_str_append(struct bw_str *str, const char *text);
void bw_str_append_bytes(struct bw_str *str, const void *bytes, size_t size);
void bw_str_appendf(struct bw_str *str, const char *format, ...) BW_PRINTF(2, 3);
/* As one part of a URL: all but letters, digits and -._~ percent-encoded (RFC 3986, 2.3). */
void bw_str_append_url(struct bw_str *str, const char *text);
/* Forget the contents, keep the memory. */
void bw_str_reset(struct bw_str *str);
/* Ownership: the result is the caller's, "" when empty; the bw_str is empty again. */
char *bw_str_take(struct bw_str *str);

/* Equal, where NULL equals NULL alone. */
bool bw_str_equal(const char *a, const char *b);
bool bw_str_starts_with(const char *text, const char *prefix);
bool bw_str_ends_with(const char *text, const char *suffix);
/* A whole number as ids and counts are spelled: digits alone, at most INT64_MAX. False (and *out
 * untouched) for all else: "", "7x", " 7", "+7". */
bool bw_str_number(const char *text, int64_t *out);

/* Shell-style match of the whole text: `*` any run, `?` one byte, everything else itself. Linear in
 * practice and without recursion, so patterns of users are safe. */
bool bw_str_glob(const char *pattern, const char *text);
/* The same, and what each of the first `max` stars stands for, the shortest first: of `a*:*` and
 * a1:b:c "1" and "b:c". Those beyond the stars of the pattern stay as they are. */
struct bw_str_run {
    const char *text; /* inside the matched text */
    size_t size;
};
bool bw_str_glob_runs(const char *pattern, const char *text, struct bw_str_run *runs, size_t max);

/* The known word nearest to text (edit distance at most 1/3 of its length), or NULL.
 * words ends with NULL. */
const char *bw_str_nearest(const char *text, const char *const *words);

/* True when the bytes are well-formed UTF-8 without NUL. */
bool bw_str_is_utf8(const char *bytes, size_t size);

/* How many bytes of text, at most max, hold whole UTF-8 characters; all of them when it is short.
 * At least one byte of a text that is not empty, so that a loop over pieces ends. */
size_t bw_str_utf8_cut(const char *text, size_t max);

/* text with "[credential]" in place of each secret (NULL or "": none), and of its beginning where
 * the text was cut inside of it: a server may say in its refusal which one it was given.
 * Ownership: the caller's. */
char *bw_str_without(const char *text, const char *secret);

/* FNV-1a, 64 bit: for tables and change detection, not against an adversary. */
uint64_t bw_hash(const void *bytes, size_t size);
uint64_t bw_hash_text(uint64_t seed, const char *text); /* chains; NULL and "" differ */
#define BW_HASH_SEED UINT64_C(0xcbf29ce484222325)
#endif
