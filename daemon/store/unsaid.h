/* daemon/store/unsaid.h: what is to be said of notices once somebody has looked at the account that
 * their deployment lives in. */
#ifndef BW_STORE_UNSAID_H
#define BW_STORE_UNSAID_H
#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "store/db.h"

struct bw_unsaid { /* texts may be borrowed */
    int64_t notice;
    char *platform; /* whose inventory is awaited */
    char *scope;
    char *what; /* opened, updated, ... */
    bool summed_up;
    bool for_programs;
    int64_t until_ms; /* it waits no longer */
};
struct bw_unsaids BW_VEC(struct bw_unsaid);
void bw_unsaids_clear(struct bw_unsaids *unsaids);

/* A word waits. Where one of the same notice does already, they are one, of the earlier end, and
 * still opened when it was to be. */
BW_MUST_CHECK enum bw_err bw_unsaid_put(struct bw_db *db, const struct bw_unsaid *unsaid,
                                        struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_unsaid_forget(struct bw_db *db, int64_t notice, struct bw_error *err);
/* Does a word of the notice wait? opening: the first one, so nobody has heard of it. */
BW_MUST_CHECK enum bw_err bw_unsaid_has(struct bw_db *db, int64_t notice, bool opening, bool *out,
                                        struct bw_error *err);
/* Those that wait no longer at now_ms: their time is over, or no source of their place is asked for
 * another look. One that the key may not look with is not waited for. */
BW_MUST_CHECK enum bw_err bw_unsaid_ready(struct bw_db *db, int64_t now_ms, int64_t limit,
                                          struct bw_unsaids *out, struct bw_error *err);
/* When the time of the next one that is not over at now_ms will be; INT64_MAX: none waits. */
BW_MUST_CHECK enum bw_err bw_unsaid_next(struct bw_db *db, int64_t now_ms, int64_t *out_ms,
                                         struct bw_error *err);
#endif
