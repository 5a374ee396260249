/* daemon/store/model_past.h: what models were before they changed or left, and so every version of
 * them that was ever listed: the recorded history, with its prices. */
#ifndef BW_STORE_MODEL_PAST_H
#define BW_STORE_MODEL_PAST_H
#include <stdint.h>

#include "base/vec.h"
#include "domain/entry.h"
#include "store/catalog.h"
#include "store/db.h"

struct bw_model_version { /* times UTC ms */
    struct bw_entry entry;
    int64_t from_ms;
    int64_t until_ms; /* 0: it is listed so today */
};
struct bw_model_versions BW_VEC(struct bw_model_version);
void bw_model_versions_clear(struct bw_model_versions *versions);

/* The model as it is stored has been so until now_ms. */
BW_MUST_CHECK enum bw_err bw_model_past_note(struct bw_db *db, const struct bw_model *model,
                                             int64_t now_ms, struct bw_error *err);

/* All versions of one model, the first one first. */
BW_MUST_CHECK enum bw_err bw_model_versions(struct bw_db *db, const char *platform,
                                            const char *scope, const char *id,
                                            struct bw_model_versions *out, struct bw_error *err);
#endif
