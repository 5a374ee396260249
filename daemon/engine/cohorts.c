/* daemon/engine/cohorts.c: the judgement on a cohort: its candidate, its state, its dates. */
#include "engine/state.h"

#include <string.h>

#include "base/str.h"
#include "domain/estimate.h"
#include "domain/succession.h"
#include "domain/train_on.h"

enum {
    DECLARED_HOPS_MAX = 8,
    UNLISTED_POLLS = 3, /* complete lists without a base before anybody is told (DESIGN 6.3) */
};
#define UNLISTED_AFTER_MS BW_DAY_MS
#define CURRENT_WITHOUT_WORD_MS BW_DAY_MS /* after that long, "current" is no longer asserted */

struct bw_offers BW_VEC(struct bw_offer);

static void offers_clear(struct bw_offers *offers)
{
    BW_VEC_CLEAR(offers, BW_VEC_PLAIN);
}

/* The sources of a platform and scope, taken together. */
struct outlook {
    bool any;
    int64_t last_success_ms; /* of the one that answered last */
    int64_t patience_ms;     /* how long its word counts as fresh */
};

static enum bw_err look_out(struct bw_engine *engine, const char *platform, const char *scope,
                            struct outlook *out, struct bw_error *err)
{
    BW_CLEANUP(bw_sources_clear) struct bw_sources sources = { 0 };
    enum bw_err rc = bw_sources_list(engine->db, &sources, err);
    BW_VEC_EACH(const struct bw_source, source, &sources)
    {
        if (strcmp(source->platform, platform) != 0 || strcmp(source->scope, scope) != 0) {
            continue;
        }
        out->any = true;
        if (source->last_success_ms >= out->last_success_ms) {
            out->last_success_ms = source->last_success_ms;
            out->patience_ms = 2 * source->every_ms > BW_HOUR_MS ? 2 * source->every_ms : BW_HOUR_MS;
        }
    }
    return rc;
}

enum bw_err bw_engine_confidence(struct bw_engine *engine, const char *platform, const char *scope,
                                 enum bw_confidence *out, struct bw_error *err)
{
    struct outlook outlook = { 0 };
    enum bw_err rc = look_out(engine, platform, scope, &outlook, err);
    bool fresh = engine->now_ms - outlook.last_success_ms <= outlook.patience_ms;
    *out = outlook.last_success_ms == 0 ? BW_CONFIDENCE_NONE
           : fresh                      ? BW_CONFIDENCE_CONFIRMED
                                        : BW_CONFIDENCE_UNCONFIRMED;
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

/* What the judges ask about; it borrows from all it is made of. */
static struct bw_succession_input question(const struct bw_engine *engine,
                                           const struct bw_cohort *cohort,
                                           const struct bw_model *base,
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
        .offered = cohort->candidate,
        .offers = offers->items,
        .offer_count = offers->count,
        .policy = &cohort->policy,
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

static enum bw_cohort_state state_of(const struct bw_cohort *cohort,
                                     const struct bw_succession *found,
                                     const struct bw_model *base, const struct outlook *outlook,
                                     int64_t now_ms)
{
    if (found->retired) {
        return BW_COHORT_RETIRED;
    }
    if (found->serve_until_ms != 0) {
        return BW_COHORT_RETIRING;
    }
    if (found->candidate != NULL) {
        bool nowhere = bw_technique_is_tuned(cohort->technique) &&
                       bw_str_equal(cohort->route, bw_route_word(BW_ROUTE_NONE));
        return nowhere ? BW_COHORT_ORPHANED : BW_COHORT_STALE;
    }
    bool heard = outlook->last_success_ms != 0 &&
                 now_ms - outlook->last_success_ms < CURRENT_WITHOUT_WORD_MS + outlook->patience_ms;
    return base != NULL && heard ? BW_COHORT_CURRENT : BW_COHORT_UNKNOWN;
}

/* Not sure yet: *due_ms learns when to look again. */
static bool is_unlisted(const struct bw_model *base, int64_t now_ms, int64_t *due_ms)
{
    if (base == NULL || base->gone_ms == 0) {
        return false;
    }
    int64_t from_ms = base->gone_ms + UNLISTED_AFTER_MS;
    if (base->missing_polls >= UNLISTED_POLLS && now_ms >= from_ms) {
        return true;
    }
    int64_t again_ms = now_ms < from_ms ? from_ms : now_ms + UNLISTED_AFTER_MS / UNLISTED_POLLS;
    if (*due_ms == 0 || again_ms < *due_ms) {
        *due_ms = again_ms;
    }
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

/* A deadline presses more from day to day: its members are looked at again at these marks. */
static void note_deadline(struct bw_cohort *cohort, int64_t now_ms)
{
    static const int marks[] = { 180, 120, 90, 60, 45, 30, 21, 14, 7, 3, 1, 0 };
    const int64_t deadlines[] = { cohort->train_by_ms, cohort->serve_until_ms };
    for (size_t i = 0; i < BW_COUNT(deadlines); i++) {
        for (size_t j = 0; deadlines[i] != 0 && j < BW_COUNT(marks); j++) {
            int64_t at_ms = deadlines[i] - marks[j] * BW_DAY_MS;
            if (at_ms > now_ms && (cohort->due_ms == 0 || at_ms < cohort->due_ms)) {
                cohort->due_ms = at_ms;
            }
        }
    }
}

enum bw_err bw_engine_judge(struct bw_engine *engine, struct bw_cohort *cohort,
                            struct bw_error *err)
{
    BW_CLEANUP(bw_model_clear) struct bw_model found_base = { 0 };
    BW_CLEANUP(bw_models_clear) struct bw_models models = { 0 };
    BW_CLEANUP(offers_clear) struct bw_offers offers = { 0 };
    struct outlook outlook = { 0 };
    struct bw_succession found = { 0 };
    char lineage[BW_LINEAGE_TEXT];
    enum bw_err rc = look_out(engine, cohort->platform, cohort->scope, &outlook, err);
    if (rc == BW_OK) {
        rc = bw_models_get(engine->db, cohort->platform, cohort->scope, cohort->base, &found_base,
                           err);
    }
    if (rc != BW_OK && rc != BW_ERR_NOTFOUND) {
        return rc;
    }
    const struct bw_model *base = rc == BW_OK ? &found_base : NULL;
    struct bw_model_facts facts = { .platform = cohort->platform, .id = cohort->base };
    if (base != NULL) {
        facts = bw_facts_of(cohort->platform, &base->entry);
        facts.id = cohort->base;
    }
    bw_replace(&cohort->lineage, bw_lineage_key(engine->rules, &facts, lineage, sizeof(lineage)));
    rc = BW_OK;
    if (cohort->lineage[0] != '\0') {
        rc = bw_models_in_lineage(engine->db, cohort->platform, cohort->scope, cohort->lineage,
                                  &models, err);
    }
    if (rc == BW_OK && base != NULL) {
        rc = add_declared(engine, cohort, base->entry.replacement, &models, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    struct bw_succession_input in = question(engine, cohort, base, &models, &offers);
    bw_succession_find(&in, &found);
    take_over(cohort, &found);
    in.offered = cohort->candidate;
    if (bw_technique_is_tuned(cohort->technique)) {
        find_route(engine, cohort, &in);
    }
    note_deadline(cohort, engine->now_ms);
    cohort->unlisted = is_unlisted(base, engine->now_ms, &cohort->due_ms);
    cohort->state = state_of(cohort, &found, base, &outlook, engine->now_ms);
    return BW_OK;
}

enum bw_err bw_engine_evaluate(struct bw_engine *engine, int64_t id, bool baseline,
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
    bool differs = bw_cohort_differs(&before, &after);
    bool mark = before.due_ms != 0 && before.due_ms <= engine->now_ms &&
                (after.train_by_ms != 0 || after.serve_until_ms != 0);
    if (differs) {
        after.since_ms = engine->now_ms;
    }
    rc = bw_cohorts_save(engine->db, &after, err);
    return rc == BW_OK && (differs || mark) ? bw_fan_begin(engine->db, id, baseline, err) : rc;
}

enum bw_err bw_engine_evaluate_due(struct bw_engine *engine, struct bw_error *err)
{
    BW_CLEANUP(bw_ids_clear) struct bw_ids due = { 0 };
    enum bw_err rc = bw_cohorts_due(engine->db, engine->now_ms, BW_DUE_CHUNK, &due, err);
    BW_VEC_EACH(int64_t, id, &due)
    {
        if (rc == BW_OK) {
            rc = bw_engine_evaluate(engine, *id, false, err);
        }
    }
    return rc;
}
