/* daemon/domain/worth.c: see worth.h. */
#include "domain/worth.h"

#include <math.h>
#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "domain/move_terms.h"
#include "domain/run_cost.h"

static const double VOLUME_CALLS = 1e6;
static const int64_t CLEAN_EXAMPLES = 200;
static const int64_t STABLE_DAYS = 182;
static const double CLOSE_SHARE = 0.5; /* of the break-even */

static const char *const CRITERION_WORDS[] = {
    [BW_CRITERION_NARROW] = "narrow-task",
    [BW_CRITERION_STABLE] = "stable-for-six-months",
    [BW_CRITERION_VOLUME] = "volume-in-the-millions",
    [BW_CRITERION_EXAMPLES] = "200-clean-examples",
    [BW_CRITERION_TRIED] = "prompt-few-shot-retrieval-tried-first",
    [BW_CRITERION_BEHAVIOUR] = "behaviour-not-knowledge",
    [BW_CRITERION_ECONOMY] = "above-break-even",
};

static const char *const VERDICT_WORDS[] = {
    [BW_VERDICT_EARNED] = "earned",
    [BW_VERDICT_BORDERLINE] = "borderline",
    [BW_VERDICT_NOT_EARNED] = "not earned",
    [BW_VERDICT_CANNOT_SAY] = "cannot say",
};

static const char *const RECORD[] = {
    [BW_CRITERION_NARROW] = "evals.suite: the suite that tells a right answer from a wrong one",
    [BW_CRITERION_STABLE] = "worth.stable_since: the day the task last changed",
    [BW_CRITERION_VOLUME] = "traffic.calls_per_day",
    [BW_CRITERION_EXAMPLES] = "worth.clean_examples: how many rows have been checked",
    [BW_CRITERION_TRIED] = "worth.tried: which of prompt, few-shot and rag came before tuning",
    [BW_CRITERION_BEHAVIOUR] = "worth.purpose: behaviour or knowledge",
    [BW_CRITERION_ECONOMY] = "traffic: calls_per_day, input, output and prompted_input tokens",
};

/* What is cheap to find out comes first: a line from memory, a count, a look at a dashboard, a
 * measurement. */
static const enum bw_criterion CHEAPEST_FIRST[] = {
    BW_CRITERION_BEHAVIOUR, BW_CRITERION_TRIED,   BW_CRITERION_STABLE, BW_CRITERION_EXAMPLES,
    BW_CRITERION_VOLUME,    BW_CRITERION_ECONOMY, BW_CRITERION_NARROW,
};

double bw_break_even_calls(double tuned_year_usd, double prompted_year_usd, double tuned_call_usd,
                           double prompted_call_usd)
{
    double saving = prompted_call_usd - tuned_call_usd;
    if (tuned_year_usd <= prompted_year_usd && saving >= 0) {
        return 0;
    }
    if (saving <= 0) {
        return INFINITY;
    }
    return (tuned_year_usd - prompted_year_usd) / saving;
}

double bw_payback_months(double move_usd, double calls_per_year, double saving_per_call_usd)
{
    double yearly = calls_per_year * saving_per_call_usd;
    return yearly > 0 ? 12 * move_usd / yearly : INFINITY;
}

static void answer(struct bw_worth *out, enum bw_criterion criterion, bool recorded, bool met,
                   char *evidence)
{
    out->criteria[criterion] = (struct bw_criterion_answer){
        .met = !recorded ? BW_UNKNOWN : met ? BW_YES : BW_NO,
        .evidence = recorded ? evidence : bw_xstrdup("not recorded"),
        .record = RECORD[criterion],
    };
    if (!recorded) {
        free(evidence);
    }
}

static bool tried(const struct bw_names *names, const char *what)
{
    BW_VEC_EACH(char *, name, names)
    {
        if (strcmp(*name, what) == 0) {
            return true;
        }
    }
    return false;
}

static char *tried_evidence(const struct bw_names *names)
{
    struct bw_str text = { 0 };
    bw_str_append(&text, "tried:");
    BW_VEC_EACH(char *, name, names)
    {
        bw_str_appendf(&text, " %s", *name);
    }
    return bw_str_take(&text);
}

/* The criteria a person answers; economy is answered apart. */
static void answer_facts(const struct bw_worth_input *in, struct bw_worth *out)
{
    const struct bw_deployment *deployment = in->deployment;
    const struct bw_worth_facts *facts = &deployment->worth;
    const struct bw_evals *evals = &deployment->evals;
    char day[BW_INSTANT_TEXT];
    double calls = (double)deployment->traffic.calls_per_day * 365;
    int64_t stable_days = (in->now_ms - facts->stable_since_ms) / BW_DAY_MS;
    answer(out, BW_CRITERION_NARROW, evals->suite != NULL, true,
           bw_xasprintf("measured by suite '%s' (%lld cases)",
                        evals->suite == NULL ? "" : evals->suite, (long long)evals->cases));
    answer(out, BW_CRITERION_STABLE, facts->stable_since_ms > 0, stable_days >= STABLE_DAYS,
           bw_xasprintf("unchanged since %s, %lld days",
                        bw_instant_format_day(facts->stable_since_ms, day),
                        (long long)stable_days));
    answer(out, BW_CRITERION_VOLUME, calls > 0, calls >= VOLUME_CALLS,
           bw_xasprintf("%.0f calls a year", calls));
    answer(out, BW_CRITERION_EXAMPLES, facts->clean_examples > 0,
           facts->clean_examples >= CLEAN_EXAMPLES,
           bw_xasprintf("%lld clean examples", (long long)facts->clean_examples));
    answer(out, BW_CRITERION_TRIED, facts->tried.count > 0,
           tried(&facts->tried, "prompt") && tried(&facts->tried, "few-shot") &&
               tried(&facts->tried, "rag"),
           tried_evidence(&facts->tried));
    answer(out, BW_CRITERION_BEHAVIOUR, facts->purpose != NULL,
           bw_str_equal(facts->purpose, "behaviour"),
           bw_xasprintf("it teaches %s", facts->purpose == NULL ? "" : facts->purpose));
}

/* Both bills of a year without the calls, and the price of a call either way. */
static bool fill_economy(const struct bw_worth_input *in, struct bw_worth *out)
{
    const struct bw_deployment *deployment = in->deployment;
    out->moves_per_year = in->moves_per_year > 0 ? in->moves_per_year
                                                  : bw_moves_per_year(0, 0).expected;
    out->calls_per_year = (double)deployment->traffic.calls_per_day * 365;
    if (in->retrain == NULL || in->swap == NULL || in->candidate == NULL) {
        return false;
    }
    const struct bw_move move = { .deployment = deployment, .base = in->base,
                                  .candidate = in->candidate, .train_on = in->train_on,
                                  .book = in->book, .now_ms = in->now_ms };
    const struct bw_serving tuned =
        bw_serving_retrained(&move, in->retrain->route == BW_ROUTE_SAME_PLATFORM,
                             in->retrain->platform, in->retrain->model);
    const struct bw_serving prompted = bw_serving_prompted(&move);
    struct bw_running with = bw_run_cost(&move, &tuned);
    struct bw_running without = bw_run_cost(&move, &prompted);
    if (!with.call_known || !without.call_known || deployment->traffic.calls_per_day <= 0) {
        return false;
    }
    const struct bw_year tuned_year =
        bw_year_of(&move, &tuned, in->retrain, out->moves_per_year, in->person_day);
    const struct bw_year prompted_year =
        bw_year_of(&move, &prompted, in->swap, out->moves_per_year, in->person_day);
    out->tuned_call_usd = with.call_usd;
    out->prompted_call_usd = without.call_usd;
    out->prompted_call_uncached_usd = without.call_uncached_usd;
    out->tuned_year_usd = bw_year_standing_usd(&tuned_year);
    out->prompted_year_usd = bw_year_standing_usd(&prompted_year);
    out->break_even_calls = bw_break_even_calls(out->tuned_year_usd, out->prompted_year_usd,
                                                out->tuned_call_usd, out->prompted_call_usd);
    out->break_even_uncached_calls =
        bw_break_even_calls(out->tuned_year_usd, out->prompted_year_usd, out->tuned_call_usd,
                            out->prompted_call_uncached_usd);
    out->payback_months = bw_payback_months(bw_money_usd(in->retrain->total.expected),
                                            out->calls_per_year,
                                            out->prompted_call_usd - out->tuned_call_usd);
    return true;
}

static void answer_economy(struct bw_worth *out)
{
    bool met = out->economy_known && out->calls_per_year >= out->break_even_calls;
    char *evidence = isinf(out->break_even_calls)
                         ? bw_xstrdup("a prompted call costs no more than a tuned one")
                         : bw_xasprintf("%.0f calls a year against a break-even of %.0f",
                                        out->calls_per_year, out->break_even_calls);
    answer(out, BW_CRITERION_ECONOMY, out->economy_known, met, evidence);
    out->criteria[BW_CRITERION_ECONOMY].close =
        out->economy_known && !met && out->calls_per_year >= CLOSE_SHARE * out->break_even_calls;
}

/* Knowledge belongs into retrieval and a tuning that costs more than it saves is none, whatever
 * else speaks for it; one other weakness is a warning, two are a no. */
static enum bw_verdict verdict_of(const enum bw_answer met[BW_CRITERIA], bool economy_close)
{
    int failed = 0;
    for (int i = 0; i < BW_CRITERIA; i++) {
        failed += met[i] == BW_NO ? 1 : 0;
    }
    bool economy_fails = met[BW_CRITERION_ECONOMY] == BW_NO;
    if (met[BW_CRITERION_BEHAVIOUR] == BW_NO || (economy_fails && !economy_close) || failed >= 2) {
        return BW_VERDICT_NOT_EARNED;
    }
    return failed == 0 ? BW_VERDICT_EARNED : BW_VERDICT_BORDERLINE;
}

/* The best and the worst verdict that unrecorded answers leave open, one of them fixed. */
struct span {
    enum bw_verdict best;
    enum bw_verdict worst;
};

static struct span span_of(const struct bw_worth *worth, int fixed, enum bw_answer to)
{
    enum bw_answer best[BW_CRITERIA];
    enum bw_answer worst[BW_CRITERIA];
    for (int i = 0; i < BW_CRITERIA; i++) {
        enum bw_answer met = i == fixed ? to : worth->criteria[i].met;
        best[i] = met == BW_UNKNOWN ? BW_YES : met;
        worst[i] = met == BW_UNKNOWN ? BW_NO : met;
    }
    bool close = worth->criteria[BW_CRITERION_ECONOMY].close;
    return (struct span){ verdict_of(best, close), verdict_of(worst, close) };
}

static const char *next_to_record(const struct bw_worth *worth, struct span now)
{
    for (size_t i = 0; i < BW_COUNT(CHEAPEST_FIRST); i++) {
        enum bw_criterion criterion = CHEAPEST_FIRST[i];
        if (worth->criteria[criterion].met != BW_UNKNOWN) {
            continue;
        }
        struct span met = span_of(worth, (int)criterion, BW_YES);
        struct span failed = span_of(worth, (int)criterion, BW_NO);
        if (met.worst != now.worst || failed.best != now.best) {
            return worth->criteria[criterion].record;
        }
    }
    return NULL;
}

void bw_worth_judge(const struct bw_worth_input *in, struct bw_worth *out)
{
    *out = (struct bw_worth){ 0 };
    answer_facts(in, out);
    out->economy_known = fill_economy(in, out);
    answer_economy(out);
    struct span span = span_of(out, -1, BW_UNKNOWN);
    out->verdict = span.best == span.worst ? span.best : BW_VERDICT_CANNOT_SAY;
    out->record_next = next_to_record(out, span);
}

void bw_worth_clear(struct bw_worth *worth)
{
    for (int i = 0; i < BW_CRITERIA; i++) {
        free(worth->criteria[i].evidence);
    }
    *worth = (struct bw_worth){ 0 };
}

const char *bw_criterion_word(enum bw_criterion criterion)
{
    return CRITERION_WORDS[criterion];
}

const char *bw_verdict_word(enum bw_verdict verdict)
{
    return VERDICT_WORDS[verdict];
}
