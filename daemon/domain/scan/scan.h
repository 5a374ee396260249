/* daemon/domain/scan/scan.h: the model ids in one file, each with what it is there for. */
#ifndef BW_DOMAIN_SCAN_H
#define BW_DOMAIN_SCAN_H
#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"
#include "domain/model_ids.h"
#include "domain/scan/class.h"

enum { BW_SCAN_FILE_BYTES_MAX = 4 * 1024 * 1024 }; /* no hand wrote a larger one */

struct bw_scan_hit {
    size_t line;   /* from 1 */
    size_t column; /* of its first byte, in bytes, from 1 */
    size_t at;     /* the same as an offset into the text */
    size_t size;
    size_t id; /* index of the known id */
    enum bw_scan_class class;
    bool patchable;      /* a new id may be written in its place */
    bool rag;            /* the file speaks of retrieval */
    struct bw_slice key; /* the name it is bound to, in the text; may be empty */
};
struct bw_scan_hits BW_VEC(struct bw_scan_hit);

/* Append the hits of text[size], which stands at path (relative to the top of the tree).
 * Ownership: all is borrowed; the hits are the caller's. */
void bw_scan_text(const struct bw_model_ids *ids, const char *path, const char *text, size_t size,
                  struct bw_scan_hits *hits);
#endif
