/* daemon/domain/training_plan.c: see training_plan.h. */
#include "domain/training_plan.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "domain/gpu_training.h"
#include "domain/hosted_training.h"

static const double GUESSED_TOKENS_PER_ROW = 500; /* prompt, answer and template */
static const double GUESS_SPREAD = 1.5;
static const double GUESSED_PARAMETERS = 8e9; /* the usual size of an adapter on an open model */
static const char *const GUESSED_GPU = "H100";

/* How many tokens one run sees, before a platform's rule about epochs. */
struct volume {
    double rows; /* 0 when the tokens were read off a bill */
    double tokens_per_row;
    double billed_tokens; /* of the last run; 0: not known */
    bool guessed;
};

static enum bw_err volume_of(const struct bw_training *training, struct volume *out,
                             struct bw_term *term, struct bw_error *err)
{
    *out = (struct volume){ .rows = (double)training->rows,
                            .tokens_per_row = (double)training->tokens_per_row };
    if (training->rows > 0 && training->tokens_per_row > 0) {
        return BW_OK;
    }
    if (training->trained_tokens > 0) {
        out->rows = 0;
        out->billed_tokens = (double)training->trained_tokens;
        return BW_OK;
    }
    if (training->rows <= 0) {
        return bw_fail(err, BW_ERR_REFUSED,
                       "neither the rows nor the tokens of the training set are known; "
                       "set training.rows and training.tokens_per_row");
    }
    out->tokens_per_row = GUESSED_TOKENS_PER_ROW;
    out->guessed = true;
    bw_term_guess(term, "tokens per row");
    return BW_OK;
}

/* "-8b", "-70B", "-1.5b": open models carry their size in the name. 0: none found. */
static double parameters_in_name(const char *name)
{
    for (const char *at = name; at != NULL && *at != '\0'; at++) {
        bool starts = isdigit((unsigned char)*at) &&
                      (at == name || strchr("-_/: ", at[-1]) != NULL);
        char *end = NULL;
        double billions = starts ? strtod(at, &end) : 0;
        if (starts && (*end == 'b' || *end == 'B') && !isalnum((unsigned char)end[1])) {
            return billions * 1e9;
        }
    }
    return 0;
}

double bw_training_parameters(const struct bw_move *move, const struct bw_entry *entry)
{
    if (move->deployment->training.parameters > 0) {
        return (double)move->deployment->training.parameters;
    }
    const struct bw_entry *const said[] = { entry, move->base };
    for (size_t i = 0; i < BW_COUNT(said); i++) {
        if (said[i] != NULL && said[i]->parameters > 0) {
            return (double)said[i]->parameters;
        }
    }
    return parameters_in_name(entry == NULL ? move->deployment->base : entry->id);
}

static const char *user_method(const struct bw_move *move)
{
    const char *method = move->deployment->training.method;
    return method == NULL ? "sft" : method;
}

/* As given, else as the present platform does by default: a move keeps the habit, but guesses. */
static int64_t epochs_of(const struct bw_move *move, const char *platform, struct bw_term *term)
{
    const struct bw_training *training = &move->deployment->training;
    if (training->epochs > 0) {
        return training->epochs;
    }
    bool guessed = false;
    int64_t epochs =
        bw_hosted_default_epochs(move->deployment->platform, training->rows, &guessed);
    if (guessed || !bw_str_equal(platform, move->deployment->platform)) {
        bw_term_guess(term, "epochs");
    }
    return epochs;
}

/* The price of a million training tokens: the user's, else the catalog's own, else the book's. */
static enum bw_err training_price(const struct bw_move *move, const char *platform,
                                  const struct bw_entry *entry, const char *model,
                                  struct bw_cost *out, struct bw_term *term, struct bw_error *err)
{
    double known = bw_training_parameters(move, entry);
    const char *method = bw_price_method(user_method(move));
    const struct bw_fact *fact =
        bw_price_find(move->book, BW_FACT_TRAINING, platform, model, method,
                      known > 0 ? known : GUESSED_PARAMETERS);
    bool users = fact != NULL && fact->trust == BW_TRUST_USER;
    if (entry != NULL && entry->price_training.known && !users) {
        struct bw_money price = entry->price_training.per_million;
        *out = (struct bw_cost){ price, price, price };
        term->price_source = bw_xasprintf("the catalog of %s", platform);
        term->price_trust = BW_TRUST_PRIMARY;
        term->price_known = true;
        return BW_OK;
    }
    if (bw_fact_may_show(fact)) {
        *out = bw_fact_value(fact, move->now_ms);
        bw_term_priced_by(term, fact);
        if (fact->up_to > 0 && known <= 0) {
            bw_term_guess(term, "parameters");
        }
        return BW_OK;
    }
    const char *what = model == NULL ? "an open model" : model;
    return bw_fail(err, BW_ERR_REFUSED,
                   fact == NULL ? "no price of training '%s' (%s) on %s is known; set one in prices"
                                : "the price of training '%s' (%s) on %s is unverified; set one in "
                                  "prices",
                   what, user_method(move), platform);
}

static double minimum_usd(const struct bw_move *move, const char *platform, const char *model)
{
    const struct bw_fact *fact =
        bw_price_find(move->book, BW_FACT_JOB_MINIMUM, platform, model, NULL, 0);
    return bw_fact_may_show(fact) ? bw_money_usd(fact->value.expected) : 0;
}

static struct bw_range hosted_usd(struct bw_range tokens, struct bw_range per_million, double least)
{
    return (struct bw_range){ bw_hosted_usd(tokens.low, per_million.low, least),
                              bw_hosted_usd(tokens.expected, per_million.expected, least),
                              bw_hosted_usd(tokens.high, per_million.high, least) };
}

static void describe_hosted(struct bw_term *term, const struct volume *volume, int64_t epochs,
                            struct bw_cost price)
{
    char text[BW_MONEY_TEXT];
    term->formula = bw_xstrdup("runs x max(least charge, billed tokens x price per million)");
    const char *shown = bw_money_format(price.expected, text);
    if (volume->billed_tokens > 0) {
        term->inputs = bw_xasprintf("%.0f tokens as billed last time, $%s per million",
                                    volume->billed_tokens, shown);
    } else {
        term->inputs = bw_xasprintf("%.0f rows x %.0f tokens x %lld epochs, $%s per million",
                                    volume->rows, volume->tokens_per_row, (long long)epochs, shown);
    }
}

/* Reinforcement training is billed by the hour: only who has run it knows how many it takes. */
static enum bw_err plan_by_the_hour(const struct bw_move *move, const char *platform,
                                    const char *model, struct bw_training_plan *out,
                                    struct bw_error *err)
{
    int64_t run_ms = move->deployment->training.run_ms;
    if (run_ms <= 0) {
        return bw_fail(err, BW_ERR_REFUSED,
                       "reinforcement training is billed by the hour and nothing tells how many "
                       "hours it takes; set training.run_time");
    }
    const struct bw_fact *fact =
        bw_price_find(move->book, BW_FACT_TRAINING_HOUR, platform, model, NULL, 0);
    if (!bw_fact_may_show(fact)) {
        return bw_fail(err, BW_ERR_REFUSED,
                       "no price of an hour of reinforcement training of '%s' on %s is known; set "
                       "one in prices",
                       model == NULL ? "an open model" : model, platform);
    }
    double hours = bw_hosted_hours((double)run_ms / (double)BW_HOUR_MS);
    struct bw_range price = bw_cost_usd(bw_fact_value(fact, move->now_ms));
    char text[BW_RANGE_TEXT];
    out->run_usd = bw_range_scale(price, hours);
    out->model = bw_xstrdup(model);
    out->pricing.formula = bw_xstrdup("runs x billed hours x price of an hour");
    out->pricing.inputs = bw_xasprintf("%.2f hours as billed last time, $%s an hour", hours,
                                       bw_range_format(price, text));
    bw_term_priced_by(&out->pricing, fact);
    return BW_OK;
}

enum bw_err bw_training_plan_hosted(const struct bw_move *move, const char *platform,
                                    const struct bw_entry *entry, const char *model,
                                    struct bw_training_plan *out, struct bw_error *err)
{
    BW_CLEANUP(bw_training_plan_clear) struct bw_training_plan plan = { 0 };
    const char *method = user_method(move);
    if (strcmp(method, "rft") == 0) {
        return plan_by_the_hour(move, platform, model, out, err);
    }
    struct volume volume;
    enum bw_err rc = volume_of(&move->deployment->training, &volume, &plan.pricing, err);
    if (rc != BW_OK) {
        return rc;
    }
    struct bw_cost price;
    rc = training_price(move, platform, entry, model, &price, &plan.pricing, err);
    if (rc != BW_OK) {
        return rc;
    }
    bool billed = volume.billed_tokens > 0;
    const struct bw_hosted_job job = {
        .platform = platform, .model = model, .method = method, .rows = volume.rows,
        .tokens_per_row = volume.tokens_per_row,
        .epochs = billed ? 1 : epochs_of(move, platform, &plan.pricing),
    };
    struct bw_range tokens =
        bw_range_spread(bw_range_exact(billed ? volume.billed_tokens : bw_hosted_tokens(&job)),
                        volume.guessed ? GUESS_SPREAD : 1);
    plan.run_usd = hosted_usd(tokens, bw_cost_usd(price), minimum_usd(move, platform, model));
    describe_hosted(&plan.pricing, &volume, job.epochs, price);
    plan.model = bw_xstrdup(model);
    *out = plan;
    plan = (struct bw_training_plan){ 0 };
    return BW_OK;
}

static enum bw_answer packing(const struct bw_training *training)
{
    switch (training->packed) {
    case BW_PACKED_NO:
        return BW_NO;
    case BW_PACKED_YES:
        return BW_YES;
    case BW_PACKED_UNKNOWN:
        break;
    }
    return BW_UNKNOWN;
}

/* Fill the run from what is known and note what had to be guessed. */
static enum bw_err gpu_run_of(const struct bw_move *move, struct bw_gpu_run *run,
                              struct bw_term *term, struct bw_error *err)
{
    const struct bw_training *training = &move->deployment->training;
    struct volume volume;
    enum bw_err rc = volume_of(training, &volume, term, err);
    if (rc != BW_OK) {
        return rc;
    }
    if (!bw_gpu_method_parse(user_method(move), &run->method)) {
        return bw_fail(err, BW_ERR_REFUSED, "the compute of '%s' training follows no known formula",
                       user_method(move));
    }
    const char *gpu = training->gpu == NULL ? GUESSED_GPU : training->gpu;
    run->gpu = bw_gpu_find(gpu);
    if (run->gpu == NULL) {
        return bw_fail(err, BW_ERR_REFUSED, "training.gpu '%s' is not a GPU we know the peak of",
                       gpu);
    }
    bool billed = volume.billed_tokens > 0;
    int64_t epochs = billed ? 1 : epochs_of(move, NULL, term);
    double answers = run->method == BW_GPU_DPO ? 2 : 1;
    run->tokens = billed ? volume.billed_tokens
                         : volume.rows * volume.tokens_per_row * (double)epochs * answers;
    run->tokens_guessed = volume.guessed;
    run->packed = packing(training);
    run->parameters = bw_training_parameters(move, move->train_on);
    const struct {
        bool guessed;
        const char *input;
    } guesses[] = {
        { training->gpu == NULL, "gpu" },
        { run->packed == BW_UNKNOWN, "packing" },
        { run->parameters <= 0, "parameters" },
    };
    for (size_t i = 0; i < BW_COUNT(guesses); i++) {
        if (guesses[i].guessed) {
            bw_term_guess(term, guesses[i].input);
        }
    }
    run->parameters = run->parameters > 0 ? run->parameters : GUESSED_PARAMETERS;
    return BW_OK;
}

enum bw_err bw_training_plan_gpus(const struct bw_move *move, const char *model,
                                  struct bw_training_plan *out, struct bw_error *err)
{
    BW_CLEANUP(bw_training_plan_clear) struct bw_training_plan plan = { 0 };
    struct bw_gpu_run run = { 0 };
    enum bw_err rc = gpu_run_of(move, &run, &plan.pricing, err);
    if (rc != BW_OK) {
        return rc;
    }
    const struct bw_fact *fact =
        bw_price_find(move->book, BW_FACT_GPU_HOUR, "any", run.gpu->name, NULL, 0);
    if (!bw_fact_may_show(fact)) {
        return bw_fail(err, BW_ERR_REFUSED, "no price of an hour of %s is known; set one in prices",
                       run.gpu->name);
    }
    int64_t gpus = move->deployment->training.gpus;
    if (gpus <= 0) {
        gpus = bw_gpu_count_needed(bw_gpu_training_bytes(run.method, run.parameters), run.gpu);
    }
    struct bw_range hours = bw_gpu_run_billed_hours(&run, (double)gpus, &bw_gpu_constants);
    plan.run_usd = bw_range_times(hours, bw_cost_usd(bw_fact_value(fact, move->now_ms)));
    plan.wall_hours = hours.expected / (double)gpus;
    plan.model = bw_xstrdup(model);
    plan.pricing.formula = bw_xstrdup("runs x GPU-hours x price of a GPU-hour");
    plan.pricing.inputs =
        bw_xasprintf("%.3gB parameters, %s, %.0f tokens, %lld x %s, %.3g GPU-hours",
                     run.parameters / 1e9, bw_gpu_method_word(run.method), run.tokens,
                     (long long)gpus, run.gpu->name, hours.expected);
    bw_term_priced_by(&plan.pricing, fact);
    *out = plan;
    plan = (struct bw_training_plan){ 0 };
    return BW_OK;
}

void bw_training_plan_clear(struct bw_training_plan *plan)
{
    free(plan->model);
    bw_term_clear(&plan->pricing);
    *plan = (struct bw_training_plan){ 0 };
}
