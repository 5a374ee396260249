/* daemon/codec/yaml.h: the one door to YAML. A document becomes a tree of scalars, lists and maps
 * with the place of each, so that a later complaint can name it. */
#ifndef BW_CODEC_YAML_H
#define BW_CODEC_YAML_H
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/str.h"

enum bw_yaml_kind {
    BW_YAML_SCALAR,
    BW_YAML_LIST,
    BW_YAML_MAP,
};

struct bw_yaml {
    enum bw_yaml_kind kind;
    char *key;            /* inside a map: the member's name, else NULL */
    int key_line;         /* where the key stands, from 1; 0 outside a map */
    int key_column;
    char *text;           /* scalar: its value ("" and `~` without quotes: see plain) */
    bool plain;           /* scalar written without quotes, so `null`, `true`, `12` may be meant */
    int line;             /* where the value begins, from 1 */
    int column;
    struct bw_yaml *first; /* children in order */
    struct bw_yaml *next;
};

enum { BW_YAML_DEPTH_MAX = 32, BW_YAML_BYTES_MAX = 64 * 1024 * 1024 };

/* Parse one document (an empty one gives an empty map). Anchors, aliases, tags, a second document,
 * a duplicate key and a key that is no scalar are refused. `file` names the text in messages.
 * Ownership: *out is the caller's. Errors: BW_ERR_INVALID: "file:line:col: error: what; hint". */
BW_MUST_CHECK enum bw_err bw_yaml_parse(const char *file, const char *text, size_t size,
                                        struct bw_yaml **out, struct bw_error *err);
void bw_yaml_free(struct bw_yaml *node);
BW_DEFINE_FREEP(bw_yaml)

/* The member of a map, NULL when absent (or node is no map). */
const struct bw_yaml *bw_yaml_get(const struct bw_yaml *node, const char *key);
/* A scalar's text, NULL for absence, null, a list or a map. */
const char *bw_yaml_text(const struct bw_yaml *node);
bool bw_yaml_is_null(
    const struct bw_yaml *node); /* plain `null`, `~` or nothing; or node is NULL */

/* Append text, well-formed UTF-8, as a double-quoted scalar on one line that reads back byte for
 * byte. */
void bw_yaml_quote(struct bw_str *out, const char *text);

/* Complain about a place: "file:line:col: error: ". Returns BW_ERR_INVALID. */
enum bw_err bw_yaml_fail(struct bw_error *err, const char *file, const struct bw_yaml *node,
                         const char *format, ...) BW_PRINTF(4, 5);
#endif
