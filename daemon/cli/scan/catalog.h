/* daemon/cli/scan/catalog.h: the ids that `scan` looks for, and what is known of each: from a file,
 * from the daemon, or from the conventions that ship with the program. */
#ifndef BW_CLI_SCAN_CATALOG_H
#define BW_CLI_SCAN_CATALOG_H
#include <stdint.h>

#include "base/error.h"
#include "base/vec.h"
#include "domain/entry.h"
#include "domain/lineage.h"

enum { BW_SCAN_CATALOG_BYTES_MAX = 256 * 1024 * 1024 };

struct bw_scan_model {
    char *id;
    char *platform; /* as the catalog spells it; NULL: not said */
    int64_t released_ms;
    int64_t since_ms; /* since when it is deprecated or retired; 0: not said */
    unsigned output;  /* enum bw_modality bits */
    enum bw_life life;
};

struct bw_scan_catalog {
    struct BW_VEC(struct bw_scan_model) models; /* by id, then platform */
    struct bw_lineage_rules *rules;
};

void bw_scan_catalog_clear(struct bw_scan_catalog *catalog);

/* Read a file: one id a line (`#` begins a comment), a catalog history as JSON lines, or a document
 * with a list of "models".
 * Ownership: *out is the caller's. Errors: BW_ERR_IO, BW_ERR_TOOBIG, BW_ERR_INVALID with the line.
 */
BW_MUST_CHECK enum bw_err bw_scan_catalog_read(const char *path, struct bw_scan_catalog *out,
                                               struct bw_error *err);

/* Ask the daemon for all models it knows. Errors: those of bw_client_ask(). */
BW_MUST_CHECK enum bw_err bw_scan_catalog_ask(struct bw_scan_catalog *out, struct bw_error *err);

/* The ids that the shipped conventions and price lists name. Errors: BW_ERR_INVALID. */
BW_MUST_CHECK enum bw_err bw_scan_catalog_shipped(struct bw_scan_catalog *out,
                                                  struct bw_error *err);

struct bw_scan_verdict {
    const struct bw_scan_model *model; /* as its maker serves it, of all platforms that list it */
    const struct bw_scan_model *successor; /* the newest on the same platform, NULL: none */
    char *candidate;                       /* its id, spelled as the text does; NULL: none */
    char *platform;                        /* canonical; NULL: nothing tells */
    const char *status;                    /* current, superseded, deprecated, retired */
    int64_t since_ms;                      /* of that status; 0: not said */
};
void bw_scan_verdict_clear(struct bw_scan_verdict *verdict);

/* What to say of models.items[at], which a text spells as `spelled`. Ownership: *out is the
 * caller's and borrows from the catalog. */
void bw_scan_catalog_judge(const struct bw_scan_catalog *catalog, size_t at, const char *spelled,
                           struct bw_scan_verdict *out);
#endif
