/* daemon/domain/scan/outline.h: the shape of a source file around the model ids in it: brackets,
 * strings, comments. No language is parsed; what they share is enough. */
#ifndef BW_DOMAIN_SCAN_OUTLINE_H
#define BW_DOMAIN_SCAN_OUTLINE_H
#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"
#include "domain/model_ids.h"
#include "domain/scan/path.h"

/* A pair of brackets. */
struct bw_scan_frame {
    char open;
    bool block;     /* its lines are statements */
    size_t head_at; /* where the element that owns it begins: `ALLOWED = new Set` */
    size_t at;      /* the opening bracket */
    size_t end;     /* the closing one, or the end of the text */
    size_t item_at; /* where its present element begins */
    int parent;     /* index, -1: none */
};

/* Where one id stands. */
struct bw_scan_spot {
    size_t lead_at;    /* begin of its element or statement, or of its comment */
    size_t literal_at; /* in a string: behind its opening quote and before its closing one */
    size_t literal_end;
    int frame; /* innermost, -1: none */
    bool in_string;
    bool comment;
    bool docstring; /* a string that is a statement of its own */
};

struct bw_scan_outline {
    struct BW_VEC(struct bw_scan_frame) frames;
    struct BW_VEC(struct bw_scan_spot) spots; /* one a match */
};

struct bw_id_matches BW_VEC(struct bw_id_match);

/* Ownership: *out is the caller's, to release with bw_scan_outline_clear(). */
void bw_scan_outline_make(const struct bw_scan_syntax *syntax, const char *text, size_t size,
                          const struct bw_id_matches *matches, struct bw_scan_outline *out);
void bw_scan_outline_clear(struct bw_scan_outline *outline);
#endif
