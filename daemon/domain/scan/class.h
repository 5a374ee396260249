/* daemon/domain/scan/class.h: what a model id is there for. */
#ifndef BW_DOMAIN_SCAN_CLASS_H
#define BW_DOMAIN_SCAN_CLASS_H
#include <stdbool.h>

#include "domain/scan/context.h"
#include "domain/scan/signs.h"

enum bw_scan_class {
    BW_SCAN_DEPLOYMENT,
    BW_SCAN_ALIAS_DEPLOYMENT, /* the same with an id that moves within its line: X-latest */
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

enum bw_scan_class bw_scan_classify(const struct bw_scan_context *context,
                                    const struct bw_scan_signs *signs);

const char *bw_scan_class_word(enum bw_scan_class class);
#endif
