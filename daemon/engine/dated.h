/* daemon/engine/dated.h: the dates that sources give a model, each with who says it, and which of
 * them counts. */
#ifndef BW_ENGINE_DATED_H
#define BW_ENGINE_DATED_H
#include "engine/call.h"
#include "store/sources.h"

struct bw_dated_word { /* what is said of one model */
    char *model;
    struct bw_entry entry;
};

struct bw_dated { /* to be cleared */
    struct bw_call *call;
    struct bw_sources sources;
    struct BW_VEC(struct bw_dated_word) words; /* the first one with a firm day decides */
};

/* The dates of a model. Ownership: *out is the caller's, to release with bw_dated_clear() also after a
 * failure. */
BW_MUST_CHECK enum bw_err bw_dated_model(struct bw_call *call, const struct bw_model *model,
                                         struct bw_dated *out, struct bw_error *err);
/* Those of a deployment: of its tune, of the tunes of its base, and of its base. */
struct bw_subject;
BW_MUST_CHECK enum bw_err bw_dated_subject(struct bw_call *call, const struct bw_subject *subject,
                                           struct bw_dated *out, struct bw_error *err);
void bw_dated_clear(struct bw_dated *dated);

/* Append them as the array "dates", or as sentences of the array that is open. */
void bw_dated_write(const struct bw_dated *dated);
void bw_dated_tell(const struct bw_dated *dated);
#endif
