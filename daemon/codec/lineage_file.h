/* daemon/codec/lineage_file.h: naming conventions as YAML, one file for a maker or a few, with the
 * test vectors that show what they mean. etc/lineages/README.md describes the format. */
#ifndef BW_CODEC_LINEAGE_FILE_H
#define BW_CODEC_LINEAGE_FILE_H
#include "base/embedded.h"
#include "base/error.h"
#include "domain/lineage.h"

struct bw_lineage_vector { /* a pair and what must be said of it */
    char *file;
    int line;
    char *platform; /* may be NULL */
    char *older;
    char *newer;
    int64_t older_released_ms; /* 0: not given */
    int64_t newer_released_ms;
    enum bw_relation relation;
    bool preview_only; /* written `is: preview` */
};
struct bw_lineage_vectors BW_VEC(struct bw_lineage_vector);
void bw_lineage_vectors_clear(struct bw_lineage_vectors *vectors);

extern const struct bw_embedded bw_lineage_files[]; /* the conventions that ship */

/* Read the conventions that ship; a file of directory (NULL: none) stands in for the shipped one of
 * its name or adds to them. vectors may be NULL. Ownership: *out is the caller's.
 * Errors: BW_ERR_IO for a directory or file that cannot be read; BW_ERR_INVALID:
 * "file:line:col: error: what". */
BW_MUST_CHECK enum bw_err bw_lineage_files_load(const char *directory,
                                                struct bw_lineage_rules **out,
                                                struct bw_lineage_vectors *vectors,
                                                struct bw_error *err);

/* Add one file's text to rules. On error rules may hold a part of it, and are to be freed. */
BW_MUST_CHECK enum bw_err bw_lineage_file_read(const char *file, const char *text, size_t size,
                                               struct bw_lineage_rules *rules,
                                               struct bw_lineage_vectors *vectors,
                                               struct bw_error *err);

/* Does the judgement agree with the vector? *got (may be NULL) is what was judged. */
bool bw_lineage_vector_holds(const struct bw_lineage_rules *rules,
                             const struct bw_lineage_vector *vector, struct bw_judgement *got);
#endif
