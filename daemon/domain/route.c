/* daemon/domain/route.c: see route.h. */
#include "domain/route.h"

#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "base/words.h"
#include "domain/training_plan.h"

static const char *const ROUTE_WORDS[] = {
    [BW_ROUTE_SAME_PLATFORM] = "same-platform", [BW_ROUTE_OTHER_PLATFORM] = "other-platform",
    [BW_ROUTE_SELF_HOSTED] = "self-hosted",     [BW_ROUTE_PROMPT] = "prompt",
    [BW_ROUTE_NONE] = "none",
};

static void add(struct bw_route_options *out, struct bw_route_option option, const char *why)
{
    option.why = bw_xstrdup(why);
    option.platform = bw_xstrdup(option.platform);
    BW_VEC_PUSH(out, option);
}

static const char *status_phrase(enum bw_tuning status)
{
    switch (status) {
    case BW_TUNING_UNKNOWN:
        return "not known to be offered";
    case BW_TUNING_OPEN:
        return "open";
    case BW_TUNING_CLOSING:
        return "closing";
    case BW_TUNING_DEPRECATED:
        return "deprecated";
    case BW_TUNING_CLOSED:
        return "closed";
    case BW_TUNING_NONE:
        break;
    }
    return "not offered";
}

/* "fine-tuning on openai is closed since 2027-01-06: sentence (source, date)". */
static char *tuning_sentence(const char *platform, const struct bw_tuning_state *state)
{
    struct bw_str text = { 0 };
    char day[BW_INSTANT_TEXT];
    bw_str_appendf(&text, "fine-tuning on %s is %s", platform, status_phrase(state->status));
    if (state->until_ms != 0) {
        bw_str_appendf(&text, "%s %s", state->status == BW_TUNING_CLOSED ? " since" : " on",
                       bw_instant_format_day(state->until_ms, day));
    }
    if (state->rule != NULL) {
        bw_str_appendf(&text, ": %s (%s, %s)", state->rule->why, state->rule->source,
                       bw_instant_format_day(state->rule->as_of_ms, day));
    }
    return bw_str_take(&text);
}

static bool is_offered(enum bw_tuning status)
{
    return status == BW_TUNING_OPEN || status == BW_TUNING_CLOSING ||
           status == BW_TUNING_DEPRECATED;
}

/* What the catalog itself says against training; NULL: nothing. An earlier end moves *until_ms.
 * Ownership: the caller's. */
static char *catalog_objection(const char *platform, const struct bw_entry *entry, int64_t now_ms,
                               int64_t *until_ms)
{
    int64_t last_ms = bw_entry_firm_ms(entry, BW_CLOCK_TRAINING);
    if (last_ms != 0 && (*until_ms == 0 || last_ms < *until_ms)) {
        *until_ms = last_ms;
    }
    if (last_ms != 0 && now_ms >= last_ms) {
        char day[BW_INSTANT_TEXT];
        return bw_xasprintf("'%s' takes no new training job since %s", entry->id,
                            bw_instant_format_day(last_ms, day));
    }
    if (bw_entry_has_ended(entry, now_ms)) {
        return bw_xasprintf("'%s' is retired", entry->id);
    }
    if (entry->tunable == BW_NO) {
        return bw_xasprintf("'%s' cannot be fine-tuned on %s", entry->id, platform);
    }
    /* docs.aws.amazon.com/bedrock, model lifecycle: a Legacy model takes no new job. */
    if (entry->life == BW_LIFE_DEPRECATED && strcmp(platform, "bedrock") == 0) {
        return bw_xasprintf("'%s' is in Legacy state and takes no new training job", entry->id);
    }
    return NULL;
}

/* The verdict on one door. Ownership of *why: the caller's. */
static bool door_is_open(const struct bw_price_book *book, const char *platform, const char *model,
                         const struct bw_entry *entry, const char *method, int64_t now_ms,
                         int64_t *until_ms, char **why)
{
    struct bw_tuning_state state = bw_price_book_tuning(book, platform, model, method, now_ms);
    *until_ms = state.until_ms;
    bool listed = state.status == BW_TUNING_UNKNOWN && entry != NULL && entry->tunable == BW_YES;
    if (!is_offered(state.status) && !listed) {
        *why = tuning_sentence(platform, &state);
        return false;
    }
    *why = entry == NULL ? NULL : catalog_objection(platform, entry, now_ms, until_ms);
    if (*why != NULL) {
        return false;
    }
    *why = listed ? bw_xasprintf("the catalog of %s lists '%s' as tunable", platform, model)
                  : tuning_sentence(platform, &state);
    return true;
}

bool bw_route_may_train(const struct bw_price_book *book, const char *platform,
                        const struct bw_entry *entry, const char *method, int64_t now_ms,
                        int64_t *until_ms)
{
    BW_CLEANUP(bw_freep) char *why = NULL;
    return door_is_open(book, platform, entry->id, entry, method, now_ms, until_ms, &why);
}

static void add_same_platform(const struct bw_move *move, struct bw_route_options *out)
{
    const struct bw_deployment *deployment = move->deployment;
    const struct bw_entry *entry = move->train_on == NULL ? move->base : move->train_on;
    struct bw_route_option option = { .route = BW_ROUTE_SAME_PLATFORM,
                                      .platform = deployment->platform,
                                      .same_base = true };
    BW_CLEANUP(bw_freep) char *why = NULL;
    option.feasible = door_is_open(move->book, deployment->platform,
                                   move->train_on == NULL ? deployment->base : move->train_on->id,
                                   entry, deployment->training.method, move->now_ms,
                                   &option.until_ms, &why);
    add(out, option, why);
}

/* Closed models keep their size to themselves. */
static bool base_is_open(const struct bw_move *move)
{
    struct bw_tuning_state own = bw_price_book_tuning(move->book, move->deployment->platform,
                                                      move->deployment->base, NULL, move->now_ms);
    return (own.rule != NULL && own.rule->open_weights) ||
           bw_training_parameters(move, move->base) > 0;
}

static void add_other_platform(const struct bw_move *move, const char *platform,
                               struct bw_route_options *out)
{
    const struct bw_deployment *deployment = move->deployment;
    struct bw_tuning_state state = bw_price_book_tuning(
        move->book, platform, deployment->base, deployment->training.method, move->now_ms);
    if (state.status != BW_TUNING_OPEN && state.status != BW_TUNING_CLOSING) {
        return; /* no team moves to where a door is shut or shutting without a date */
    }
    bool open = state.rule->open_weights;
    if (!open && state.rule->models.count == 0) {
        return; /* it speaks of its own models, whichever they are */
    }
    struct bw_route_option option = { .route = BW_ROUTE_OTHER_PLATFORM,
                                      .platform = (char *)platform,
                                      .same_base = !open || base_is_open(move),
                                      .until_ms = state.until_ms };
    if (!deployment->policy.data_may_leave) {
        BW_CLEANUP(bw_freep) char *why = bw_xasprintf(
            "the policy keeps training data on %s (data_may_leave: false)", deployment->platform);
        add(out, option, why);
        return;
    }
    if (!bw_globs_permit(&deployment->policy.platforms, platform)) {
        BW_CLEANUP(bw_freep) char *why = bw_xasprintf("the policy does not allow %s", platform);
        add(out, option, why);
        return;
    }
    option.feasible = true;
    BW_CLEANUP(bw_freep) char *sentence = tuning_sentence(platform, &state);
    add(out, option, sentence);
}

static bool already_seen(const struct bw_tuning_rules *rules, const struct bw_tuning_rule *rule)
{
    for (const struct bw_tuning_rule *before = rules->items; before < rule; before++) {
        if (strcmp(before->platform, rule->platform) == 0) {
            return true;
        }
    }
    return false;
}

/* First where the same base is trained, then where another one is. */
static void add_other_platforms(const struct bw_move *move, struct bw_route_options *out)
{
    struct bw_route_options found = { 0 };
    BW_VEC_EACH(const struct bw_tuning_rule, rule, &move->book->tuning)
    {
        if (strcmp(rule->platform, move->deployment->platform) != 0 &&
            !already_seen(&move->book->tuning, rule)) {
            add_other_platform(move, rule->platform, &found);
        }
    }
    for (int same = 1; same >= 0; same--) {
        BW_VEC_EACH(struct bw_route_option, option, &found)
        {
            if (option->same_base == (same == 1)) {
                BW_VEC_PUSH(out, *option);
            }
        }
    }
    free(found.items);
}

static void add_self_hosted(const struct bw_move *move, struct bw_route_options *out)
{
    bool open = base_is_open(move);
    add(out,
        (struct bw_route_option){ .route = BW_ROUTE_SELF_HOSTED, .feasible = true,
                                  .same_base = open },
        open ? "the base has open weights: rented or own GPUs can train it"
             : "the base has closed weights: rented or own GPUs can train an open model of like "
               "size instead");
}

static void add_prompt(const struct bw_move *move, struct bw_route_options *out)
{
    struct bw_route_option option = { .route = BW_ROUTE_PROMPT,
                                      .platform = move->deployment->platform,
                                      .feasible = move->candidate != NULL };
    BW_CLEANUP(bw_freep) char *why =
        option.feasible ? bw_xasprintf("'%s' can be prompted without training", move->candidate->id)
                        : bw_xstrdup("there is no newer model to prompt");
    add(out, option, why);
}

void bw_routes_list(const struct bw_move *move, struct bw_route_options *out)
{
    *out = (struct bw_route_options){ 0 };
    if (bw_technique_is_tuned(move->deployment->technique)) {
        add_same_platform(move, out);
        add_other_platforms(move, out);
        add_self_hosted(move, out);
    }
    add_prompt(move, out);
    add(out, (struct bw_route_option){ .route = BW_ROUTE_NONE, .feasible = true },
        "stay until the base retires");
}

static void option_clear(struct bw_route_option *option)
{
    free(option->platform);
    free(option->why);
}

void bw_route_options_clear(struct bw_route_options *options)
{
    BW_VEC_CLEAR(options, option_clear);
}

const struct bw_route_option *bw_route_choose(const struct bw_route_options *options, bool training)
{
    BW_VEC_EACH(const struct bw_route_option, option, options)
    {
        if (option->feasible && (!training || option->route < BW_ROUTE_PROMPT)) {
            return option;
        }
    }
    return NULL;
}

BW_DEFINE_WORDS(bw_route, ROUTE_WORDS)
