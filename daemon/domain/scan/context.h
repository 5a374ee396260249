/* daemon/domain/scan/context.h: what stands around one model id: the name it is bound to, the
 * brackets and headings it is inside of, what precedes and follows it. */
#ifndef BW_DOMAIN_SCAN_CONTEXT_H
#define BW_DOMAIN_SCAN_CONTEXT_H
#include <stdbool.h>
#include <stddef.h>

#include "domain/model_name.h"
#include "domain/scan/outline.h"
#include "domain/scan/path.h"

enum { BW_SCAN_FRAMES_MAX = 8, BW_SCAN_PARENTS_MAX = 4 };

struct bw_scan_enclosing { /* brackets, innermost first */
    char open;
    struct bw_slice head; /* `const ALLOWED = new Set`, up to the bracket */
    struct bw_slice name; /* what the head binds or calls: the last name in it */
    struct bw_slice body; /* between the brackets */
    struct bw_slice tail; /* what follows the closing one on its line */
    bool data;            /* a list or map of values, not a block of statements or a call */
    bool parameters;      /* of a function that is defined here: `def cost(` */
};

struct bw_scan_file { /* borrowed */
    const char *path;
    enum bw_scan_place place;
    const struct bw_scan_syntax *syntax;
    struct bw_slice text;
};

struct bw_scan_context {
    const struct bw_scan_file *file;
    struct bw_scan_spot spot;
    struct bw_slice id;
    struct bw_slice line;   /* without its end */
    struct bw_slice lead;   /* begin of the element .. the id, opening quote included */
    struct bw_slice before; /* lead without that quote and what precedes the id inside it */
    struct bw_slice trail;  /* behind the literal (or the id) .. end of line */
    struct bw_slice prefix; /* of the literal: "openai:chat:" */
    struct bw_slice suffix; /* of the literal: ":generateContent" */
    struct bw_slice key;    /* the name it is bound to, by `=`, `:`, `=>` or as `--name`; may be
                               empty */
    struct bw_scan_enclosing frames[BW_SCAN_FRAMES_MAX];
    size_t frame_count;
    struct bw_slice parents[BW_SCAN_PARENTS_MAX]; /* headings of lower indentation, nearest first */
    size_t parent_count;
    bool listed; /* an item of a YAML list */
};

/* Ownership: everything points into file and its text. */
void bw_scan_context_make(const struct bw_scan_file *file, const struct bw_scan_outline *outline,
                          const struct bw_id_match *match, const struct bw_scan_spot *spot,
                          struct bw_scan_context *out);

/* The call whose brackets are the innermost, f("id") and f(model="id"); and the innermost call
 * around, whatever lists and maps lie between. Empty: none. */
struct bw_slice bw_scan_direct_call(const struct bw_scan_context *context);
struct bw_slice bw_scan_any_call(const struct bw_scan_context *context);

/* Does nothing but "openai:chat:" or "vendor/" stand before the id in its literal? */
bool bw_scan_names_vendor(const struct bw_scan_context *context);
#endif
