/* daemon/domain/scan_class.h: what a model id is doing where it stands, and whether it counts as
 * one at all. */
#ifndef BW_DOMAIN_SCAN_CLASS_H
#define BW_DOMAIN_SCAN_CLASS_H
#include <stdbool.h>

#include "domain/scan_context.h"

enum bw_scan_class {
    BW_SCAN_DEPLOYMENT,
    BW_SCAN_ALIAS_DEPLOYMENT, /* the same with an id that moves by itself: X-latest */
    BW_SCAN_FINE_TUNE,
    BW_SCAN_EMBEDDING,
    BW_SCAN_TOKENIZER,
    BW_SCAN_DEPLOYMENT_NAME, /* the team's own name for something, which looks like an id */
    BW_SCAN_COMPARISON,
    BW_SCAN_CATALOG,
    BW_SCAN_COMMENT,
    BW_SCAN_IN_DOC,
    BW_SCAN_IN_FIXTURE,
    BW_SCAN_IN_LOCK,
    BW_SCAN_IN_VENDORED,
    BW_SCAN_IN_GENERATED,
    BW_SCAN_OTHER,
};

/* What the whole file says, asked once. */
struct bw_scan_signs {
    bool language_models; /* something beside the ids speaks of them */
    bool azure;           /* it makes an Azure client, or sets that API */
    bool other_client;    /* it makes a client of somebody else */
    bool litellm;         /* it configures LiteLLM's router */
    bool recorded;        /* it is an answer that was recorded */
};

struct bw_scan_signs bw_scan_signs_of(const struct bw_scan_file *file);

/* Ids of six characters or less, and plain words, count only beside a name like model, engine or
 * deployment. Other ids always do. */
bool bw_scan_counts(const struct bw_scan_context *context, const struct bw_scan_signs *signs);

enum bw_scan_class bw_scan_classify(const struct bw_scan_context *context,
                                    const struct bw_scan_signs *signs);

const char *bw_scan_class_word(enum bw_scan_class class);
#endif
