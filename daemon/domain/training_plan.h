/* daemon/domain/training_plan.h: one training run of a move, at one place: what is trained, with
 * how many tokens, at which price; or the reason why it has no price. */
#ifndef BW_DOMAIN_TRAINING_PLAN_H
#define BW_DOMAIN_TRAINING_PLAN_H
#include <stdbool.h>

#include "base/error.h"
#include "domain/move.h"
#include "domain/term.h"

struct bw_training_plan {
    char *model;            /* what is trained; NULL: an open model of like size, not named */
    struct bw_range run_usd;
    double wall_hours;      /* GPUs alone; 0: not known */
    struct bw_term pricing; /* formula, inputs, price and guesses of one run; cost left 0 */
};

/* Train on a platform that bills by the token, or by the hour for rft. model: what is trained there;
 * NULL: an open model of the size of the present one. Errors: BW_ERR_REFUSED. */
BW_MUST_CHECK enum bw_err bw_training_plan_hosted(const struct bw_move *move, const char *platform,
                                                  const struct bw_entry *entry, const char *model,
                                                  struct bw_training_plan *out,
                                                  struct bw_error *err);

/* Train on GPUs by the hour. model as above. Errors: BW_ERR_REFUSED. */
BW_MUST_CHECK enum bw_err bw_training_plan_gpus(const struct bw_move *move, const char *model,
                                                struct bw_training_plan *out,
                                                struct bw_error *err);

/* Parameters of what is trained: the user's number, else that of the entry (NULL: none) or the
 * base, else what the name says ("-8b"). 0: nobody tells. */
double bw_training_parameters(const struct bw_move *move, const struct bw_entry *entry);

void bw_training_plan_clear(struct bw_training_plan *plan);
#endif
