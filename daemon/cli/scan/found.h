/* daemon/cli/scan/found.h: what a scan of a tree has found. */
#ifndef BW_CLI_SCAN_FOUND_H
#define BW_CLI_SCAN_FOUND_H
#include "cli/scan/catalog.h"
#include "cli/tree.h"
#include "domain/scan/scan.h"

struct bw_found {
    char *file; /* below the folder that was scanned */
    size_t line;
    size_t column;
    char *id;  /* as the file spells it */
    char *key; /* the name it is bound to; "" */
    enum bw_scan_class class;
    bool patchable;
    bool first; /* patchable, and on its line the first place that holds the id: what a swap changes
                 */
    bool rag;
    size_t verdict; /* index */
};

struct bw_scan_result {
    struct BW_VEC(struct bw_found) found; /* by file, line and column */
    struct BW_VEC(struct bw_scan_verdict) verdicts;
    struct bw_tree_counts counts;
};

/* Scan the tree. Ownership: *out is the caller's and borrows from the catalog.
 * Errors: those of bw_tree_walk(). */
BW_MUST_CHECK enum bw_err bw_scan_tree(const struct bw_scan_catalog *catalog, const char *folder,
                                       struct bw_scan_result *out, struct bw_error *err);
void bw_scan_result_clear(struct bw_scan_result *result);

/* The verdict on what was found, and whether that is outdated: no longer current. */
const struct bw_scan_verdict *bw_found_verdict(const struct bw_scan_result *result,
                                               const struct bw_found *found);
bool bw_found_is_outdated(const struct bw_scan_result *result, const struct bw_found *found);

/* Keep what is outdated. */
void bw_scan_result_keep_outdated(struct bw_scan_result *result);
#endif
