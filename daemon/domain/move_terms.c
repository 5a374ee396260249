/* daemon/domain/move_terms.c: see move_terms.h. */
#include "domain/move_terms.h"

#include "domain/data_refresh.h"

/* Retrains are rarely right at the first run. */
static const struct bw_range TRAINING_RUNS = { 1, 3, 6 };

/* A task fit for tuning keeps its rows for months: 5 % is a touch-up of the format, 50 % a change
 * of the taxonomy. No published figure was found. */
static const struct bw_range REFRESH_SHARE = { 0.05, 0.20, 0.50 };
static const struct bw_range PILOT_SHARE = { 0.10, 0.15, 0.20 };
static const struct bw_range LABEL_USD = { 0.05, 0.40, 3.00 };
static const struct bw_range REVIEW_MINUTES = { 0.5, 2, 5 };
static const struct bw_range REVIEWER_HOUR_USD = { 20, 45, 90 };

/* A row that a model writes, and the share that survives the filter. */
static const struct bw_call_size DRAFT = { .input_tokens = 1200, .output_tokens = 400 };
static const double DRAFTS_KEPT = 0.7;

/* 20-50 cases are a beginning, 200 cover most tasks, 500 and more see small regressions; models
 * answer differently each time, hence the trials. */
static const struct bw_range CASES = { 50, 200, 1000 };
static const struct bw_range TRIALS = { 1, 3, 5 };
static const struct bw_range SPOT_SHARE = { 0, 0.05, 0.20 };
static const double SPOT_MINUTES = 2;

/* The judge's price and size, and the stand-ins for calls nobody described. */
static const double JUDGE_INPUT_USD = 2;
static const double JUDGE_OUTPUT_USD = 10;
static const struct bw_call_size JUDGE_CALL = { .input_tokens = 1200, .output_tokens = 150 };
static const double GUESSED_INPUT = 1000;
static const double GUESSED_OUTPUT = 250;

static const struct bw_range PERSON_DAY_USD = { 400, 800, 1200 };

static const struct {
    const char *what;
    struct bw_range days;
} WORK[] = {
    /* "2 days to 2 weeks" is told of one-id migrations (saipien.org) */
    [BW_WORK_SWAP] = { "change the id, keep the prompt, run the suite", { 0.5, 2, 10 } },
    [BW_WORK_RETRAIN] = { "data, run, evaluation, fixes and roll-out on a scripted pipeline",
                          { 1, 4, 10 } },
    [BW_WORK_MOVE] = { "the same, with a new template, tokenizer, serving and safety check",
                       { 3, 8, 20 } },
    [BW_WORK_REINDEX] = { "a second index is built, compared and switched to", { 1, 3, 8 } },
};

static const struct bw_range OVERLAP_DAYS = { 0, 7, 30 };

static struct bw_range refresh_share(const struct bw_training *training, struct bw_term *term)
{
    if (training->refresh_share >= 0) {
        return bw_range_exact(training->refresh_share);
    }
    bw_term_guess(term, "refresh share");
    return REFRESH_SHARE;
}

static const struct bw_fact *label_fact(const struct bw_move *move)
{
    const struct bw_fact *fact =
        bw_price_find(move->book, BW_FACT_LABEL, "any", "row", NULL, 0);
    return bw_fact_may_show(fact) ? fact : NULL;
}

void bw_terms_add_data(struct bw_terms *terms, const struct bw_move *move)
{
    const struct bw_training *training = &move->deployment->training;
    if (training->rows <= 0) {
        return;
    }
    struct bw_term labels = { .name = "labels", .purse = BW_PURSE_CASH };
    struct bw_term review = { .name = "review", .purse = BW_PURSE_PEOPLE };
    const struct bw_fact *fact = label_fact(move);
    struct bw_range share = refresh_share(training, &labels);
    char a[BW_RANGE_TEXT];
    char b[BW_RANGE_TEXT];
    const struct bw_data_refresh refresh = {
        .rows = bw_range_scale(share, (double)training->rows),
        .label_usd = fact == NULL ? LABEL_USD : bw_cost_usd(bw_fact_value(fact, move->now_ms)),
        .pilot_share = PILOT_SHARE,
        .reviewed_share = bw_range_exact(1),
        .review_minutes = REVIEW_MINUTES,
        .hour_usd = REVIEWER_HOUR_USD,
    };
    labels.cost = bw_cost_from_usd(bw_data_label_usd(&refresh));
    labels.formula = bw_xstrdup("rows x refreshed share x price of a label, and a pilot");
    labels.inputs = bw_xasprintf("%lld rows, %s refreshed, $%s a label, pilot 10-20 %%",
                                 (long long)training->rows, bw_range_format(share, a),
                                 bw_range_format(refresh.label_usd, b));
    if (fact != NULL) {
        bw_term_priced_by(&labels, fact);
    }
    review.cost = bw_cost_from_usd(bw_data_review_usd(&refresh));
    review.formula = bw_xstrdup("refreshed rows x minutes x reviewer's hour");
    review.inputs = bw_xasprintf("%s rows, 0.5 / 2 / 5 minutes, $20 / 45 / 90 an hour",
                                 bw_range_format(refresh.rows, a));
    bw_term_guess(&review, "review minutes");
    BW_VEC_PUSH(terms, labels);
    BW_VEC_PUSH(terms, review);
}

double bw_terms_synthetic_usd(const struct bw_move *move)
{
    const struct bw_training *training = &move->deployment->training;
    if (training->rows <= 0 || move->candidate == NULL) {
        return 0;
    }
    struct bw_inference_price writer = bw_price_inference(
        move->book, move->deployment->platform, move->candidate->id, move->candidate, false);
    double share =
        training->refresh_share >= 0 ? training->refresh_share : REFRESH_SHARE.expected;
    return writer.known ? bw_data_synthetic_usd((double)training->rows * share, DRAFTS_KEPT,
                                                DRAFT, &writer)
                        : 0;
}

void bw_terms_add_training(struct bw_terms *terms, struct bw_training_plan *plan)
{
    struct bw_term term = plan->pricing;
    plan->pricing = (struct bw_term){ 0 };
    term.name = "training";
    term.purse = BW_PURSE_CASH;
    term.cost = bw_cost_from_usd(bw_range_times(TRAINING_RUNS, plan->run_usd));
    char *inputs = bw_xasprintf("1 / 3 / 6 runs, %s", term.inputs);
    free(term.inputs);
    term.inputs = inputs;
    BW_VEC_PUSH(terms, term);
}

static struct bw_inference_price judge_price(void)
{
    return (struct bw_inference_price){ .known = true,
                                        .input = bw_money_from_usd(JUDGE_INPUT_USD),
                                        .cached = bw_money_from_usd(JUDGE_INPUT_USD),
                                        .output = bw_money_from_usd(JUDGE_OUTPUT_USD) };
}

/* A variant's call; what is not known is guessed and said. */
static struct bw_variant variant_of(const struct bw_move *move, const struct bw_serving *serving,
                                    struct bw_term *term, bool *sizes_guessed)
{
    struct bw_inference_price judge = judge_price();
    struct bw_running running = bw_run_cost(move, serving);
    struct bw_call_size size = bw_run_call_size(move->deployment, !serving->tuned);
    *sizes_guessed = *sizes_guessed || size.input_tokens <= 0 || size.output_tokens <= 0;
    size.input_tokens = size.input_tokens > 0 ? size.input_tokens : GUESSED_INPUT;
    size.output_tokens = size.output_tokens > 0 ? size.output_tokens : GUESSED_OUTPUT;
    struct bw_variant variant = { .judge_usd = bw_call_usd(JUDGE_CALL, &judge) };
    if (running.price.known) {
        variant.call_usd = bw_call_usd(size, &running.price);
        if (running.price.fact != NULL) {
            bw_term_priced_by(term, running.price.fact);
        }
    } else if (running.host_hour_usd.expected <= 0) {
        variant.call_usd = bw_call_usd(size, &judge);
        bw_term_guess(term, "token price");
    }
    return variant;
}

static void add_spot_checks(struct bw_terms *terms, struct bw_range cases)
{
    struct bw_term term = { .name = "spot-check", .purse = BW_PURSE_PEOPLE };
    struct bw_range hours = bw_range_scale(bw_range_times(cases, SPOT_SHARE), SPOT_MINUTES / 60);
    term.cost = bw_cost_from_usd(bw_range_times(hours, REVIEWER_HOUR_USD));
    term.formula = bw_xstrdup("cases x share checked x 2 minutes x reviewer's hour");
    char text[BW_RANGE_TEXT];
    term.inputs = bw_xasprintf("%s cases, 0 / 0.05 / 0.2 checked", bw_range_format(cases, text));
    bw_term_guess(&term, "share checked");
    BW_VEC_PUSH(terms, term);
}

void bw_terms_add_evaluation(struct bw_terms *terms, const struct bw_move *move,
                             const struct bw_serving *variants, size_t count)
{
    enum { VARIANTS_MOST = 4 };
    struct bw_term term = { .name = "evaluation", .purse = BW_PURSE_CASH };
    struct bw_variant calls[VARIANTS_MOST];
    bool sizes_guessed = false;
    count = count < VARIANTS_MOST ? count : VARIANTS_MOST;
    for (size_t i = 0; i < count; i++) {
        calls[i] = variant_of(move, &variants[i], &term, &sizes_guessed);
    }
    int64_t given = move->deployment->evals.cases;
    struct bw_range cases = given > 0 ? bw_range_exact((double)given) : CASES;
    term.cost = bw_cost_from_usd(bw_evaluation_usd(cases, TRIALS, calls, count));
    term.formula = bw_xstrdup("cases x trials x (call and judge of each variant)");
    char text[BW_RANGE_TEXT];
    term.inputs = bw_xasprintf("%s cases, 1 / 3 / 5 trials, %zu variants, judge 1,200 + 150 tokens "
                               "at $2 / $10 per million", bw_range_format(cases, text), count);
    if (given <= 0) {
        bw_term_guess(&term, "eval cases");
    }
    if (sizes_guessed) {
        bw_term_guess(&term, "call size");
    }
    bw_term_guess(&term, "judge");
    BW_VEC_PUSH(terms, term);
    add_spot_checks(terms, cases);
}

struct bw_range bw_person_day_usd(struct bw_money person_day)
{
    return person_day.micros > 0 ? bw_range_exact(bw_money_usd(person_day)) : PERSON_DAY_USD;
}

struct bw_range bw_terms_add_engineering(struct bw_terms *terms, enum bw_work work,
                                         struct bw_money person_day)
{
    struct bw_term term = { .name = "engineering", .purse = BW_PURSE_PEOPLE };
    struct bw_range days = WORK[work].days;
    struct bw_range day_usd = bw_person_day_usd(person_day);
    term.cost = bw_cost_from_usd(bw_range_times(days, day_usd));
    term.formula = bw_xasprintf("person-days x rate: %s", WORK[work].what);
    char a[BW_RANGE_TEXT];
    char b[BW_RANGE_TEXT];
    term.inputs = bw_xasprintf("%s days, $%s a day", bw_range_format(days, a),
                               bw_range_format(day_usd, b));
    bw_term_guess(&term, "person-days");
    if (person_day.micros <= 0) {
        bw_term_guess(&term, "person-day rate");
    }
    BW_VEC_PUSH(terms, term);
    return days;
}

void bw_terms_add_overlap(struct bw_terms *terms, const struct bw_running *running)
{
    if (running->host_hour_usd.high <= 0) {
        return;
    }
    struct bw_term term = { .name = "hosting-overlap", .purse = BW_PURSE_CASH };
    struct bw_range hours = bw_range_scale(OVERLAP_DAYS, 24);
    term.cost = bw_cost_from_usd(bw_range_times(hours, running->host_hour_usd));
    term.formula = bw_xstrdup("days of both hosts x 24 x price of an hour");
    char text[BW_RANGE_TEXT];
    term.inputs = bw_xasprintf("0 / 7 / 30 days, $%s an hour",
                               bw_range_format(running->host_hour_usd, text));
    if (running->host_fact != NULL) {
        bw_term_priced_by(&term, running->host_fact);
    }
    bw_term_guess(&term, "days side by side");
    BW_VEC_PUSH(terms, term);
}
