/* daemon/domain/actual.c: see actual.h. */
#include "domain/actual.h"

#include <math.h>

#include "base/words.h"

static const char *const COVERS_WORDS[] = {
    [BW_COVERS_MOVE] = "move",
    [BW_COVERS_TRAINING] = "training",
};
BW_DEFINE_WORDS(bw_covers, COVERS_WORDS)

void bw_actual_clear(struct bw_actual *actual)
{
    free(actual->deployment);
    free(actual->owner);
    free(actual->note);
    free(actual->finding);
    free(actual->actor);
    *actual = (struct bw_actual){ 0 };
}

void bw_actuals_clear(struct bw_actuals *actuals)
{
    BW_VEC_CLEAR(actuals, bw_actual_clear);
}

double bw_actual_factor(const struct bw_actual *actual)
{
    double expected = bw_money_usd(actual->estimate.expected);
    return actual->estimated && expected > 0 && actual->paid.micros > 0
               ? bw_money_usd(actual->paid) / expected
               : 0;
}

struct bw_track_record bw_actuals_record(const struct bw_actuals *actuals)
{
    struct bw_track_record record = { 0 };
    double logs = 0;
    size_t compared = 0;
    BW_VEC_EACH(const struct bw_actual, actual, actuals)
    {
        double factor = bw_actual_factor(actual);
        record.moves += actual->covers == BW_COVERS_MOVE ? 1 : 0;
        record.paid = bw_money_add(record.paid, actual->paid);
        if (factor > 0) {
            logs += log(factor);
            compared++;
        }
    }
    record.factor = compared == 0 ? 0 : exp(logs / (double)compared);
    return record;
}
