/* daemon/engine/cohorts.c: the judgement on a cohort: its candidate, its state, its dates. */
#include "engine/state.h"

#include <string.h>

#include "base/str.h"
#include "domain/estimate.h"
#include "domain/succession.h"
#include "domain/train_on.h"

enum {
    DECLARED_HOPS_MAX = 8,
    UNLISTED_POLLS = 3, /* complete lists without a base before anybody is told */
};
#define UNLISTED_AFTER_MS BW_DAY_MS
#define MOVED_TOLD_MS (30 * BW_DAY_MS) /* an alias that moved is told of that long */
#define CURRENT_WITHOUT_WORD_MS BW_DAY_MS /* after that long, "current" is no longer asserted */

struct bw_offers BW_VEC(struct bw_offer);

static void offers_clear(struct bw_offers *offers)
{
    BW_VEC_CLEAR(offers, BW_VEC_PLAIN);
}

/* The sources of a platform and scope, taken together: its own lists, else the feeds. */
struct outlook {
    bool any;
    bool unlooked;           /* somebody is to look at the fine-tunes again */
    int64_t last_success_ms; /* of the one that answered last */
    int64_t patience_ms;     /* how long its word counts as fresh */
};

static void add_source(struct outlook *outlook, const struct bw_source *source)
{
    outlook->any = true;
    outlook->unlooked = outlook->unlooked || source->asked_ms != 0;
    if (source->last_success_ms >= outlook->last_success_ms) {
        outlook->last_success_ms = source->last_success_ms;
        outlook->patience_ms =
            2 * source->every_ms > BW_HOUR_MS ? 2 * source->every_ms : BW_HOUR_MS;
    }
}

static enum bw_err look_out(struct bw_engine *engine, const char *platform, const char *scope,
                            struct outlook *out, struct bw_error *err)
{
    BW_CLEANUP(bw_sources_clear) struct bw_sources sources = { 0 };
    enum bw_err rc = bw_sources_list(engine->db, &sources, err);
    struct outlook feeds = { 0 };
    BW_VEC_EACH(const struct bw_source, source, &sources)
    {
        bool own = source->kind == BW_SOURCE_OWN;
        bool there = strcmp(source->scope, scope) == 0 || (!own && source->scope[0] == '\0');
        if (there && strcmp(source->platform, platform) == 0) {
            add_source(own ? out : &feeds, source);
        }
    }
    *out = out->any ? *out : feeds;
    return rc;
}

static enum bw_confidence confidence_of(const struct bw_engine *engine,
                                        const struct outlook *outlook)
{
    bool fresh = engine->now_ms - outlook->last_success_ms <= outlook->patience_ms;
    return outlook->last_success_ms == 0 ? BW_CONFIDENCE_NONE
           : fresh                       ? BW_CONFIDENCE_CONFIRMED
                                         : BW_CONFIDENCE_UNCONFIRMED;
}

enum bw_err bw_engine_confidence(struct bw_engine *engine, const char *platform, const char *scope,
                                 enum bw_confidence *out, struct bw_error *err)
{
    struct outlook outlook = { 0 };
    enum bw_err rc = look_out(engine, platform, scope, &outlook, err);
    *out = confidence_of(engine, &outlook);
    return rc;
}

static enum bw_err ask_again(struct bw_engine *engine, const char *platform, const char *scope,
                             struct bw_error *err)
{
    struct outlook outlook = { 0 };
    enum bw_err rc = look_out(engine, platform, scope, &outlook, err);
    bw_replace(&engine->asked.platform, platform);
    bw_replace(&engine->asked.scope, scope);
    engine->asked.confidence = confidence_of(engine, &outlook);
    engine->asked.unlooked = outlook.unlooked;
    return rc;
}

enum bw_err bw_engine_notice_confidence(struct bw_engine *engine, const struct bw_notice *notice,
                                        const char **out, struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    *out = NULL;
    if (bw_notice_about(notice->kind) != BW_ABOUT_DEPLOYMENT ||
        !bw_notice_is_live(notice->state)) {
        return BW_OK;
    }
    if (!bw_str_equal(engine->asked.platform, notice->platform) ||
        !bw_str_equal(engine->asked.scope, notice->scope)) {
        rc = ask_again(engine, notice->platform, notice->scope, err);
    }
    enum bw_technique technique = BW_TECHNIQUE_PROMPT;
    bool tuned = bw_technique_parse(notice->technique, &technique) &&
                 bw_technique_is_tuned(technique);
    bool unsure = tuned && engine->asked.unlooked &&
                  engine->asked.confidence == BW_CONFIDENCE_CONFIRMED;
    *out = bw_confidence_word(unsure ? BW_CONFIDENCE_UNCONFIRMED : engine->asked.confidence);
    return rc;
}

static bool holds(const struct bw_models *models, const char *id)
{
    BW_VEC_EACH(const struct bw_model, model, models)
    {
        if (strcmp(model->entry.id, id) == 0) {
            return true;
        }
    }
    return false;
}

/* Add the chain of declared replacements that begins at `from`. */
static enum bw_err add_declared(struct bw_engine *engine, const struct bw_cohort *cohort,
                                const char *from, struct bw_models *models, struct bw_error *err)
{
    const char *next = from;
    for (int hops = 0; next != NULL && hops < DECLARED_HOPS_MAX && !holds(models, next); hops++) {
        struct bw_model model = { 0 };
        enum bw_err rc =
            bw_models_get(engine->db, cohort->platform, cohort->scope, next, &model, err);
        if (rc != BW_OK) {
            return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
        }
        BW_VEC_PUSH(models, model);
        next = models->items[models->count - 1].entry.replacement;
    }
    return BW_OK;
}

/* Add what the user says follows this base, which may be of any line. */
static enum bw_err add_overrides(struct bw_engine *engine, const struct bw_cohort *cohort,
                                 struct bw_models *models, struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    BW_VEC_EACH(const struct bw_override, override, &engine->rules->overrides)
    {
        struct bw_model model = { 0 };
        if (rc != BW_OK || strcmp(override->from, cohort->base) != 0 ||
            holds(models, override->to)) {
            continue;
        }
        rc = bw_models_get(engine->db, cohort->platform, cohort->scope, override->to, &model, err);
        if (rc == BW_OK) {
            BW_VEC_PUSH(models, model);
        }
        rc = rc == BW_ERR_NOTFOUND ? BW_OK : rc;
    }
    return rc;
}

/* What the judges ask about; it borrows from all it is made of. */
static struct bw_succession_input question(const struct bw_engine *engine,
                                           const struct bw_cohort *cohort,
                                           const struct bw_model *base,
                                           const struct bw_entry *tuned,
                                           const struct bw_models *models,
                                           struct bw_offers *offers)
{
    BW_VEC_EACH(const struct bw_model, model, models)
    {
        BW_VEC_PUSH(offers, (struct bw_offer){ &model->entry, model->first_seen_ms,
                                               model->gone_ms == 0 });
    }
    return (struct bw_succession_input){
        .rules = engine->rules,
        .platform = cohort->platform,
        .base = cohort->base,
        .base_entry = base == NULL ? NULL : &base->entry,
        .tuned_entry = tuned,
        .offered = cohort->candidate,
        .offers = offers->items,
        .offer_count = offers->count,
        .policy = &cohort->policy,
        .embeds = cohort->embeds,
        .now_ms = engine->now_ms,
    };
}

/* By which route it can be retrained, on what, and until when. The members' own training facts
 * change the price, not the door. */
static void find_route(struct bw_engine *engine, struct bw_cohort *cohort,
                       const struct bw_succession_input *in)
{
    const struct bw_train_on train_on = bw_train_on_find(in, engine->book, NULL);
    const struct bw_deployment any = {
        .technique = cohort->technique,
        .platform = cohort->platform,
        .base = cohort->base,
        .model = cohort->base,
        .policy = cohort->policy,
        .training = { .refresh_share = -1.0 },
    };
    const struct bw_move move = { .deployment = &any,
                                  .base = in->base_entry,
                                  .book = engine->book,
                                  .now_ms = engine->now_ms };
    struct bw_route_options options = { 0 };
    bw_routes_list(&move, &options);
    const struct bw_route_option *best = bw_route_choose(&options, true);
    bw_replace(&cohort->train_on, train_on.id);
    bw_replace(&cohort->route, bw_route_word(train_on.id != NULL ? BW_ROUTE_SAME_PLATFORM
                                             : best == NULL      ? BW_ROUTE_NONE
                                                                 : best->route));
    if (train_on.until_ms != 0 &&
        (cohort->train_by_ms == 0 || train_on.until_ms < cohort->train_by_ms)) {
        cohort->train_by_ms = train_on.until_ms;
    }
    bw_route_options_clear(&options);
}

/* When "current" can no longer be asserted. */
static int64_t silent_from_ms(const struct outlook *outlook)
{
    return outlook->last_success_ms == 0
               ? 0
               : outlook->last_success_ms + CURRENT_WITHOUT_WORD_MS + outlook->patience_ms;
}

static enum bw_cohort_state state_of(const struct bw_cohort *cohort,
                                     const struct bw_succession *found,
                                     const struct bw_model *base, const struct outlook *outlook,
                                     int64_t now_ms)
{
    if (found->retired) {
        return BW_COHORT_RETIRED;
    }
    if (found->serve_until_ms != 0 || found->candidate != NULL) {
        bool nowhere = bw_technique_is_tuned(cohort->technique) &&
                       bw_str_equal(cohort->route, bw_route_word(BW_ROUTE_NONE));
        return nowhere                     ? BW_COHORT_ORPHANED
               : found->serve_until_ms != 0 ? BW_COHORT_RETIRING
                                            : BW_COHORT_STALE;
    }
    return base != NULL && now_ms < silent_from_ms(outlook) ? BW_COHORT_CURRENT
                                                            : BW_COHORT_UNKNOWN;
}

static void note_due(struct bw_cohort *cohort, int64_t at_ms, int64_t now_ms)
{
    if (at_ms > now_ms && (cohort->due_ms == 0 || at_ms < cohort->due_ms)) {
        cohort->due_ms = at_ms;
    }
}

static bool is_unlisted(struct bw_cohort *cohort, const struct bw_model *base, int64_t now_ms)
{
    if (base == NULL || base->gone_ms == 0) {
        return false;
    }
    int64_t from_ms = base->gone_ms + UNLISTED_AFTER_MS;
    if (base->missing_polls >= UNLISTED_POLLS && now_ms >= from_ms) {
        return true;
    }
    /* A day, and then as long as its sources take for the third list. */
    note_due(cohort, from_ms > now_ms ? from_ms : now_ms + BW_HOUR_MS, now_ms);
    return false;
}

static void take_over(struct bw_cohort *cohort, const struct bw_succession *found)
{
    bool offered = found->candidate != NULL;
    bw_replace(&cohort->candidate, offered ? found->candidate->entry->id : NULL);
    bw_replace(&cohort->relation, offered ? bw_relation_word(found->relation) : NULL);
    bw_replace(&cohort->via, offered ? bw_via_word(found->via) : NULL);
    bw_replace(&cohort->why, offered ? found->why : NULL);
    cohort->serve_until_ms = found->serve_until_ms;
    cohort->train_by_ms = found->train_by_ms;
    cohort->due_ms = found->due_ms;
}

static bool is_respelled(const struct bw_engine *engine, const char *platform, const char *was,
                         const char *is)
{
    const struct bw_model_facts older = { .platform = platform, .id = was };
    const struct bw_model_facts newer = { .platform = platform, .id = is };
    struct bw_judgement judgement = { 0 };
    bw_lineage_judge(engine->rules, &older, &newer, &judgement);
    return judgement.relation == BW_RELATION_SAME;
}

/* A base that is an alias may come to stand for another model; an id that left its row to become an
 * alias of another model has been replaced by that one. */
static enum bw_err find_moved(struct bw_engine *engine, struct bw_cohort *cohort,
                              struct bw_model *base, int64_t *until_ms, struct bw_error *err)
{
    BW_CLEANUP(bw_alias_clear) struct bw_alias alias = { 0 };
    bw_replace(&cohort->moved, NULL);
    bool own_row = base->entry.id != NULL && strcmp(base->entry.id, cohort->base) == 0;
    enum bw_err rc = BW_ERR_NOTFOUND;
    if (!own_row || base->gone_ms != 0) {
        rc = bw_aliases_get(engine->db, cohort->platform, cohort->scope, cohort->base, &alias, err);
    }
    if (rc != BW_OK) {
        return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
    }
    if (own_row && base->entry.replacement == NULL &&
        !is_respelled(engine, cohort->platform, cohort->base, alias.model)) {
        base->entry.replacement = bw_xstrdup(alias.model);
    }
    if (alias.previous != NULL && engine->now_ms < alias.since_ms + MOVED_TOLD_MS &&
        !is_respelled(engine, cohort->platform, alias.previous, alias.model)) {
        free(cohort->moved);
        cohort->moved = bw_xasprintf("%s -> %s", alias.previous, alias.model);
        *until_ms = alias.since_ms + MOVED_TOLD_MS;
    }
    return BW_OK;
}

static void add_own_end(struct bw_entry *entry, enum bw_clock clock, int64_t at_ms)
{
    if (at_ms != 0) {
        BW_VEC_PUSH(&entry->dates, (struct bw_date){ .clock = clock, .at_ms = at_ms });
    }
}

enum bw_err bw_engine_tuned_word(struct bw_engine *engine, const struct bw_cohort *cohort,
                                 struct bw_entry *out, struct bw_error *err)
{
    if (!bw_technique_is_tuned(cohort->technique)) {
        return BW_OK;
    }
    BW_CLEANUP(bw_freep) char *family = bw_xasprintf(BW_TUNES_OF "%s", cohort->base);
    add_own_end(out, BW_CLOCK_INFERENCE, cohort->own.serve_until_ms);
    add_own_end(out, BW_CLOCK_TRAINING, cohort->own.train_by_ms);
    return bw_catalog_said(engine->db, cohort->platform, cohort->scope, family, out, err);
}

/* All that may be offered: the line, the chain of declared replacements, the user's own word. */
static enum bw_err find_models(struct bw_engine *engine, const struct bw_cohort *cohort,
                               const struct bw_model *base, struct bw_models *out,
                               struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    if (cohort->lineage[0] != '\0') {
        rc = bw_models_in_lineage(engine->db, cohort->platform, cohort->scope, cohort->lineage, out,
                                  err);
    }
    if (rc == BW_OK && base != NULL) {
        rc = add_declared(engine, cohort, base->entry.replacement, out, err);
    }
    return rc == BW_OK ? add_overrides(engine, cohort, out, err) : rc;
}

static void place(const struct bw_engine *engine, struct bw_cohort *cohort,
                  const struct bw_model *base)
{
    char lineage[BW_LINEAGE_TEXT];
    struct bw_model_facts facts = { .platform = cohort->platform };
    if (base != NULL) {
        facts = bw_facts_of(cohort->platform, &base->entry);
    }
    facts.id = cohort->base; /* the spelling in use, which may be an alias */
    bw_replace(&cohort->lineage, bw_lineage_key(engine->rules, &facts, lineage, sizeof(lineage)));
}

enum bw_err bw_engine_judge(struct bw_engine *engine, struct bw_cohort *cohort,
                            struct bw_error *err)
{
    BW_CLEANUP(bw_model_clear) struct bw_model found_base = { 0 };
    BW_CLEANUP(bw_entry_clear) struct bw_entry tuned = { 0 };
    BW_CLEANUP(bw_models_clear) struct bw_models models = { 0 };
    BW_CLEANUP(offers_clear) struct bw_offers offers = { 0 };
    struct outlook outlook = { 0 };
    struct bw_succession found = { 0 };
    int64_t moved_until_ms = 0;
    enum bw_err rc = look_out(engine, cohort->platform, cohort->scope, &outlook, err);
    if (rc == BW_OK) {
        rc = bw_models_get(engine->db, cohort->platform, cohort->scope, cohort->base, &found_base,
                           err);
    }
    const struct bw_model *base = rc == BW_OK ? &found_base : NULL;
    if (rc == BW_OK || rc == BW_ERR_NOTFOUND) {
        rc = find_moved(engine, cohort, &found_base, &moved_until_ms, err);
    }
    if (rc == BW_OK) {
        rc = bw_engine_tuned_word(engine, cohort, &tuned, err);
    }
    if (rc == BW_OK) {
        place(engine, cohort, base);
        rc = find_models(engine, cohort, base, &models, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    struct bw_succession_input in = question(engine, cohort, base, &tuned, &models, &offers);
    bw_succession_find(&in, &found);
    take_over(cohort, &found);
    in.offered = cohort->candidate;
    if (bw_technique_is_tuned(cohort->technique)) {
        find_route(engine, cohort, &in);
    }
    note_due(cohort, cohort->train_by_ms, engine->now_ms);
    cohort->unlisted = is_unlisted(cohort, base, engine->now_ms);
    cohort->state = state_of(cohort, &found, base, &outlook, engine->now_ms);
    if (cohort->state == BW_COHORT_CURRENT) {
        note_due(cohort, silent_from_ms(&outlook), engine->now_ms);
    }
    note_due(cohort, moved_until_ms, engine->now_ms);
    return BW_OK;
}

enum bw_err bw_engine_evaluate(struct bw_engine *engine, int64_t id, bool *differs,
                               struct bw_error *err)
{
    BW_CLEANUP(bw_cohort_clear) struct bw_cohort before = { 0 };
    BW_CLEANUP(bw_cohort_clear) struct bw_cohort after = { 0 };
    enum bw_err rc = bw_cohorts_get(engine->db, id, &before, err);
    if (rc == BW_OK) {
        rc = bw_cohorts_get(engine->db, id, &after, err);
    }
    if (rc == BW_OK) {
        rc = bw_engine_judge(engine, &after, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    bw_engine_note_redated(engine, &before, &after);
    *differs = bw_cohort_differs(&before, &after);
    if (*differs) {
        after.since_ms = engine->now_ms;
    }
    return bw_cohorts_save(engine->db, &after, err);
}

static enum bw_err judge_again(struct bw_engine *engine, const struct bw_due_cohort *due,
                               struct bw_error *err)
{
    bool differs = false;
    enum bw_err rc = bw_engine_evaluate(engine, due->id, &differs, err);
    return rc == BW_OK && differs ? bw_fan_begin(engine->db, due->id, due->baseline, err) : rc;
}

enum bw_err bw_engine_evaluate_due(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    BW_CLEANUP(bw_due_cohorts_clear) struct bw_due_cohorts due = { 0 };
    enum bw_err rc = bw_cohorts_due(engine->db, engine->now_ms, BW_JUDGED_CHUNK, &due, err);
    *more = due.count == BW_JUDGED_CHUNK;
    BW_VEC_EACH(const struct bw_due_cohort, cohort, &due)
    {
        rc = rc == BW_OK ? judge_again(engine, cohort, err) : rc;
    }
    return rc;
}
