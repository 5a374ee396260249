/* daemon/domain/move_terms.h: the terms that make up an estimate, each with the defaults it falls
 * back on where the deployment says nothing. */
#ifndef BW_DOMAIN_MOVE_TERMS_H
#define BW_DOMAIN_MOVE_TERMS_H
#include "domain/evaluation.h"
#include "domain/move.h"
#include "domain/run_cost.h"
#include "domain/term.h"
#include "domain/training_plan.h"

enum bw_work { /* what the engineers do */
    BW_WORK_SWAP,         /* one id changes, the prompt stays */
    BW_WORK_RETRAIN,      /* the same platform and base family */
    BW_WORK_MOVE,         /* another platform or family: template, tokenizer, serving, safety */
    BW_WORK_REINDEX,      /* a second index is built, compared and switched to */
};

/* Labels (cash) and review (people) of the renewed rows; nothing when rows are not known. */
void bw_terms_add_data(struct bw_terms *terms, const struct bw_move *move);
/* What it would cost to have the candidate write the renewed rows instead, filtered and reviewed the
 * same; 0: nothing tells. */
double bw_terms_synthetic_usd(const struct bw_move *move);
/* All training runs of a retrain. Takes the plan's description over. */
void bw_terms_add_training(struct bw_terms *terms, struct bw_training_plan *plan);
/* Calls and judge (cash), and spot checks (people), over `count` variants. */
void bw_terms_add_evaluation(struct bw_terms *terms, const struct bw_move *move,
                             const struct bw_serving *variants, size_t count);
/* Days of work at person_day (0: 400 / 800 / 1,200 dollars). Returns the days. */
struct bw_range bw_terms_add_engineering(struct bw_terms *terms, enum bw_work work,
                                         struct bw_money person_day);
/* The second host while old and new run side by side; nothing when hosting is free. */
void bw_terms_add_overlap(struct bw_terms *terms, const struct bw_running *running);
/* Dollars of a day of work. */
struct bw_range bw_person_day_usd(struct bw_money person_day);
#endif
