/* daemon/domain/actual.h: what a move really cost, beside what had been estimated. */
#ifndef BW_DOMAIN_ACTUAL_H
#define BW_DOMAIN_ACTUAL_H
#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "domain/range.h"

enum bw_covers { /* what a sum was paid for */
    BW_COVERS_MOVE,     /* all of it: data, training, evaluation, people */
    BW_COVERS_TRAINING, /* the bill of one training job */
};

struct bw_actual { /* times UTC ms */
    int64_t id;
    char *deployment;
    char *owner;
    int64_t on_ms; /* midnight of the day of the bill */
    struct bw_money paid;
    enum bw_covers covers;
    char *note;    /* "" when there is none */
    char *finding; /* what discovery calls the job; NULL: a person told */
    char *actor;
    int64_t recorded_ms;
    bool estimated; /* the next one means something */
    struct bw_cost estimate; /* of the same thing, as it stood then */
};
struct bw_actuals BW_VEC(struct bw_actual);

void bw_actual_clear(struct bw_actual *actual);
void bw_actuals_clear(struct bw_actuals *actuals);

struct bw_track_record { /* of one deployment */
    size_t moves;          /* paid for as a whole */
    struct bw_money paid;  /* all sums, training bills too */
    double factor;         /* paid over estimated, the geometric mean; 0: nothing to compare */
};
struct bw_track_record bw_actuals_record(const struct bw_actuals *actuals);

/* Paid over estimated; 0: nothing to compare. */
double bw_actual_factor(const struct bw_actual *actual);

const char *bw_covers_word(enum bw_covers covers);
bool bw_covers_parse(const char *word, enum bw_covers *out);
#endif
