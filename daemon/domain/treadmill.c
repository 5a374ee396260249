/* daemon/domain/treadmill.c: see treadmill.h. */
#include "domain/treadmill.h"

#include <math.h>

#include "base/instant.h"
#include "domain/lineage.h"
#include "domain/move_terms.h"

static const double USUAL_MOVES = 2;
static const double UPKEEP_DAYS = 4; /* a year: harness and data set kept in shape */
static const double EVALUATION_HALF = 0.5; /* of the upkeep, that a prompted model needs as well */
static const double DAYS_A_YEAR = 365;

/* When it came out, as far as anything tells; 0: nothing does. */
static int64_t came_out_ms(const struct bw_span_input *in, const struct bw_offer *offer)
{
    return offer->entry->released_ms != 0               ? offer->entry->released_ms
           : offer->first_seen_ms > in->recorded_from_ms ? offer->first_seen_ms
                                                         : 0;
}

static bool supersedes_base(const struct bw_span_input *in, const struct bw_offer *offer)
{
    struct bw_model_facts base = { .platform = in->platform, .id = in->base };
    if (in->base_entry != NULL) {
        base = bw_facts_of(in->platform, in->base_entry);
        base.id = in->base;
    }
    const struct bw_model_facts facts = bw_facts_of(in->platform, offer->entry);
    struct bw_judgement judgement = { 0 };
    bw_lineage_judge(in->rules, &base, &facts, &judgement);
    return judgement.successor;
}

static bool on_a_day_before(const struct bw_span_input *in, size_t count, int64_t at_ms)
{
    for (size_t i = 0; i < count; i++) {
        if (came_out_ms(in, &in->offers[i]) / BW_DAY_MS == at_ms / BW_DAY_MS) {
            return true;
        }
    }
    return false;
}

static double life_days(const struct bw_entry *base)
{
    int64_t end_ms = base == NULL ? 0 : bw_entry_firm_ms(base, BW_CLOCK_INFERENCE);
    return end_ms == 0 || base->released_ms == 0 || end_ms <= base->released_ms
               ? 0
               : (double)(end_ms - base->released_ms) / (double)BW_DAY_MS;
}

void bw_span_find(const struct bw_span_input *in, struct bw_span *out)
{
    *out = (struct bw_span){ .base_life_days = life_days(in->base_entry) };
    for (size_t i = 0; i < in->offer_count; i++) {
        int64_t at_ms = came_out_ms(in, &in->offers[i]);
        if (at_ms == 0 || at_ms >= in->to_ms) {
            continue;
        }
        if (at_ms >= in->from_ms && !on_a_day_before(in, i, at_ms)) {
            out->releases++;
        }
        if ((out->behind_since_ms == 0 || at_ms < out->behind_since_ms) &&
            supersedes_base(in, &in->offers[i])) {
            out->behind_since_ms = at_ms;
        }
    }
    double days = (double)(in->to_ms - in->from_ms) / (double)BW_DAY_MS;
    out->releases_per_year = (double)out->releases * DAYS_A_YEAR / days;
    if (out->behind_since_ms != 0) {
        int64_t since_ms = out->behind_since_ms > in->from_ms ? out->behind_since_ms : in->from_ms;
        out->days_behind = (in->to_ms - since_ms) / BW_DAY_MS;
    }
}

struct bw_range bw_moves_per_year(double base_life_days, double releases_per_year)
{
    double forced = base_life_days > 0 ? DAYS_A_YEAR / base_life_days : 0;
    double most = fmax(releases_per_year > 0 ? releases_per_year : USUAL_MOVES, forced);
    return (struct bw_range){ forced, fmax(forced, fmin(most, USUAL_MOVES)), most };
}

double bw_treadmill_usd(double moves_per_year, double move_usd, double hosting_usd,
                        double standing_usd)
{
    return moves_per_year * move_usd + hosting_usd + standing_usd;
}

struct bw_year bw_year_of(const struct bw_move *deployment, const struct bw_serving *serving,
                          const struct bw_estimate *move, double moves, struct bw_money person_day)
{
    const struct bw_running running = bw_run_cost(deployment, serving);
    double upkeep = UPKEEP_DAYS * bw_person_day_usd(person_day).expected;
    double calls = (double)deployment->deployment->traffic.calls_per_day * DAYS_A_YEAR;
    return (struct bw_year){
        .moves = moves,
        .move_usd = move == NULL ? 0 : bw_money_usd(move->total.expected),
        .hosting_usd = 12 * running.month_fixed_usd,
        .upkeep_usd = serving->tuned ? upkeep : EVALUATION_HALF * upkeep,
        .calls_known = running.call_known && calls > 0,
        .calls_usd = calls * running.call_usd,
    };
}

double bw_year_standing_usd(const struct bw_year *year)
{
    return bw_treadmill_usd(year->moves, year->move_usd, year->hosting_usd, year->upkeep_usd);
}
