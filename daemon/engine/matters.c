/* daemon/engine/matters.c: what a deployment should hear of now, held against what it was told. */
#include "engine/state.h"

#include <string.h>

#include "base/str.h"
#include "domain/swap.h"
#include "engine/pricing.h"
#include "engine/rows.h"

enum { MATTERS_MAX = 7 };

struct wanted { /* the notices that should be live */
    struct bw_notice items[MATTERS_MAX];
    size_t count;
    bool moved; /* one of them tells that a date has moved */
};

static void wanted_clear(struct wanted *wanted)
{
    for (size_t i = 0; i < wanted->count; i++) {
        bw_notice_clear(&wanted->items[i]);
    }
}

struct bw_notice bw_engine_notice_of(const struct bw_cohort *cohort,
                                     const struct bw_deployment *deployment,
                                     enum bw_notice_kind kind)
{
    struct bw_notice notice = {
        .subject = bw_xstrdup(deployment->name),
        .kind = kind,
        .owner = bw_xstrdup(deployment->owner),
        .technique = bw_xstrdup(bw_technique_word(deployment->technique)),
        .platform = bw_xstrdup(cohort->platform),
        .scope = bw_xstrdup(cohort->scope),
        .base = bw_xstrdup(cohort->base),
        .candidate = bw_xstrdup(cohort->candidate),
        .relation = bw_xstrdup(cohort->relation),
        .via = bw_xstrdup(cohort->via),
        .train_on = bw_xstrdup(cohort->train_on),
        .route = bw_xstrdup(cohort->route),
        .train_by_ms = cohort->train_by_ms,
        .serve_until_ms = cohort->serve_until_ms,
    };
    BW_VEC_EACH(char *, tag, &deployment->tags)
    {
        BW_VEC_PUSH(&notice.tags, bw_xstrdup(*tag));
    }
    return notice;
}

static struct bw_notice *want(struct wanted *wanted, const struct bw_cohort *cohort,
                              const struct bw_deployment *deployment, enum bw_notice_kind kind)
{
    struct bw_notice *notice = &wanted->items[wanted->count++];
    *notice = bw_engine_notice_of(cohort, deployment, kind);
    return notice;
}

/* The first of the two clocks that this technique has to meet. */
static int64_t deadline_of(const struct bw_cohort *cohort)
{
    bool train = bw_technique_is_tuned(cohort->technique) && cohort->train_by_ms != 0;
    return train && (cohort->serve_until_ms == 0 || cohort->train_by_ms < cohort->serve_until_ms)
               ? cohort->train_by_ms
               : cohort->serve_until_ms;
}

static char *swap_json(const struct bw_deployment *deployment, const char *candidate)
{
    BW_CLEANUP(bw_freep) char *diff = NULL;
    const char *from = deployment->model == NULL ? deployment->base : deployment->model;
    if (bw_swap_diff(&deployment->at, from, candidate, &diff, NULL) != BW_OK) {
        diff = NULL; /* no lines, or other ones: the words remain */
    }
    struct bw_str text = { 0 };
    struct bw_json_writer w = { .out = &text };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "from", from);
    bw_json_add_text(&w, "to", candidate);
    bw_json_add_text(&w, "diff", diff);
    bw_json_object_end(&w);
    return bw_str_take(&text);
}

static void append_deadlines(struct bw_str *text, const struct bw_notice *notice)
{
    char day[BW_INSTANT_TEXT];
    if (notice->train_by_ms != 0) {
        bw_str_appendf(text, "; train before %s", bw_instant_format_day(notice->train_by_ms, day));
    }
    if (notice->serve_until_ms != 0) {
        bw_str_appendf(text, "; its base answers until %s",
                       bw_instant_format_day(notice->serve_until_ms, day));
    }
}

/* The move to the cohort's candidate: its price, or why there is none. */
struct priced {
    bool known;
    struct bw_estimate estimate;
    struct bw_error refusal;
};

static enum bw_err find_price(struct bw_engine *engine, const struct bw_cohort *cohort,
                              const struct bw_deployment *deployment, struct priced *out,
                              struct bw_error *err)
{
    struct bw_pricing pricing = { 0 };
    enum bw_err rc = bw_pricing_init(engine, cohort, deployment, cohort->candidate,
                                     engine->now_ms, &pricing, err);
    if (rc == BW_OK) {
        out->known = bw_pricing_estimate(&pricing, &out->estimate, &out->refusal) == BW_OK;
        bw_pricing_clear(&pricing);
    }
    return rc;
}

static void press(const struct bw_engine *engine, const struct bw_cohort *cohort,
                  const struct bw_deployment *deployment, const struct priced *price,
                  struct bw_notice *notice)
{
    bw_engine_press(engine, deployment, price->known ? &price->estimate : NULL,
                    deadline_of(cohort), notice);
}

static void want_succession(const struct bw_engine *engine, const struct bw_cohort *cohort,
                            const struct bw_deployment *deployment, const struct priced *price,
                            struct wanted *wanted)
{
    bool tuned = bw_technique_is_tuned(cohort->technique);
    struct bw_notice *notice =
        want(wanted, cohort, deployment, tuned ? BW_NOTICE_STALE : BW_NOTICE_SWAP);
    struct bw_str summary = { 0 };
    bw_str_appendf(&summary, "%s: %s supersedes its base %s (%s)", deployment->name,
                   cohort->candidate, deployment->base, cohort->relation);
    if (price->known) {
        notice->estimate = bw_estimate_brief(&price->estimate);
        bw_cost_append(&summary, &price->estimate.total);
    } else {
        notice->refused = bw_xstrdup(price->refusal.text);
    }
    append_deadlines(&summary, notice);
    if (!tuned) {
        notice->swap = swap_json(deployment, cohort->candidate);
    }
    notice->summary = bw_str_take(&summary);
    press(engine, cohort, deployment, price, notice);
}

static void want_life(const struct bw_engine *engine, const struct bw_cohort *cohort,
                      const struct bw_deployment *deployment, const struct priced *price,
                      struct wanted *wanted)
{
    bool over = cohort->state == BW_COHORT_RETIRED;
    struct bw_notice *notice =
        want(wanted, cohort, deployment, over ? BW_NOTICE_RETIRED : BW_NOTICE_DEPRECATED);
    struct bw_str summary = { 0 };
    bw_str_appendf(&summary, "%s: its base %s %s", deployment->name, deployment->base,
                   over ? "has been retired" : "is deprecated");
    append_deadlines(&summary, notice);
    if (cohort->candidate != NULL) {
        bw_str_appendf(&summary, "; move to %s", cohort->candidate);
    }
    notice->summary = bw_str_take(&summary);
    press(engine, cohort, deployment, price, notice);
    notice->severity = over ? BW_SEVERITY_OVERDUE : notice->severity;
}

static void want_unlisted(const struct bw_cohort *cohort, const struct bw_deployment *deployment,
                          struct wanted *wanted)
{
    struct bw_notice *notice = want(wanted, cohort, deployment, BW_NOTICE_BASE_UNLISTED);
    bw_replace(&notice->candidate, NULL); /* what to move to is for the notice of succession */
    bw_replace(&notice->relation, NULL);
    bw_replace(&notice->via, NULL);
    notice->severity = BW_SEVERITY_PLAN;
    notice->summary = bw_xasprintf("%s: %s no longer lists its base %s, and has announced no end",
                                   deployment->name, deployment->platform, deployment->base);
}

static void want_moved(const struct bw_cohort *cohort, const struct bw_deployment *deployment,
                       struct wanted *wanted)
{
    struct bw_notice *notice = want(wanted, cohort, deployment, BW_NOTICE_ALIAS_MOVED);
    bw_replace(&notice->candidate, NULL); /* it has changed already: there is nothing to swap */
    bw_replace(&notice->relation, NULL);
    bw_replace(&notice->via, NULL);
    notice->severity = BW_SEVERITY_PLAN;
    notice->summary = bw_xasprintf("%s: what %s stands for on %s has moved: %s; run its evals",
                                   deployment->name, deployment->base, deployment->platform,
                                   cohort->moved);
}

/* What an estimate rests on is told once it is too old to rest on. */
static void want_fresh_prices(const struct bw_engine *engine, const struct bw_cohort *cohort,
                              const struct bw_deployment *deployment, const struct priced *price,
                              struct wanted *wanted)
{
    const struct bw_term *oldest = bw_estimate_stale_term(&price->estimate, engine->now_ms);
    if (oldest == NULL) {
        return;
    }
    char day[BW_INSTANT_TEXT];
    struct bw_notice *notice = want(wanted, cohort, deployment, BW_NOTICE_PRICE_STALE);
    bw_replace(&notice->candidate, NULL); /* it is no matter of where to move */
    bw_replace(&notice->relation, NULL);
    bw_replace(&notice->via, NULL);
    notice->severity = BW_SEVERITY_INFO;
    notice->summary = bw_xasprintf("%s: the price behind the %s of its estimate is of %s (%s): "
                                   "too old to rest on, so its ends are moved out by 25 %%",
                                   deployment->name, oldest->name,
                                   bw_instant_format_day(oldest->price_as_of_ms, day),
                                   oldest->price_source);
}

static enum bw_err find_wanted(struct bw_engine *engine, const struct bw_standing *standing,
                               const struct bw_deployment *deployment,
                               const struct bw_notices *live, struct wanted *wanted,
                               struct bw_error *err)
{
    const struct bw_cohort *cohort = &standing->cohort;
    struct priced price = { 0 };
    enum bw_err rc = cohort->candidate == NULL
                         ? BW_OK
                         : find_price(engine, cohort, deployment, &price, err);
    if (rc != BW_OK) {
        return rc;
    }
    if (cohort->serve_until_ms != 0 || cohort->state == BW_COHORT_RETIRED) {
        want_life(engine, cohort, deployment, &price, wanted);
    }
    if (cohort->unlisted && cohort->state != BW_COHORT_RETIRED) {
        want_unlisted(cohort, deployment, wanted);
    }
    if (cohort->moved != NULL) {
        want_moved(cohort, deployment, wanted);
    }
    if (cohort->candidate != NULL) {
        want_succession(engine, cohort, deployment, &price, wanted);
        want_fresh_prices(engine, cohort, deployment, &price, wanted);
    }
    bw_estimate_clear(&price.estimate);
    bool news = bw_engine_want_moved_date(
        engine, cohort, deployment, live, wanted->count > 0 ? wanted->items[0].severity : 0,
        &wanted->items[wanted->count], &wanted->moved);
    wanted->count += news ? 1 : 0;
    bool behind = false;
    rc = bw_engine_want_embedder(engine, &standing->embedder, deployment,
                                 &wanted->items[wanted->count], &behind, err);
    wanted->count += behind ? 1 : 0;
    return rc;
}

/* ---- what was told ---- */

/* The same matter of the same base: a deployment that moved has a matter of its own. */
static struct bw_notice *same_matter(struct bw_notice *items, size_t count,
                                     const struct bw_notice *notice)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(bw_notice_matter(items[i].kind), bw_notice_matter(notice->kind)) == 0 &&
            bw_str_equal(items[i].base, notice->base)) {
            return &items[i];
        }
    }
    return NULL;
}

static enum bw_err open_new(struct bw_engine *engine, struct bw_notice *wanted,
                            enum bw_notice_state as, bool summed_up, bool inhibited,
                            struct bw_error *err)
{
    bool revived = false;
    enum bw_err rc = bw_engine_revive(engine, wanted, inhibited, &revived, err);
    const struct bw_move_notice how = { .to = as,
                                        .event = "opened",
                                        .actor = "basewatch",
                                        .reason = wanted->summary,
                                        .summed_up = summed_up,
                                        .silent = inhibited };
    return rc == BW_OK && !revived ? bw_engine_open(engine, wanted, &how, err) : rc;
}

/* The new notice is an event of its own, as the end of the old one is; it is as old, and in the same
 * hands unless it got worse. */
static enum bw_err supersede(struct bw_engine *engine, struct bw_notice *old,
                             struct bw_notice *wanted, bool inhibited, struct bw_error *err)
{
    const struct bw_move_notice how = { .to = BW_NOTICE_SUPERSEDED,
                                        .event = "superseded",
                                        .actor = "basewatch",
                                        .reason = wanted->summary };
    bool in_hand = old->state == BW_NOTICE_ACKNOWLEDGED || old->state == BW_NOTICE_IN_PROGRESS;
    bool worse = wanted->severity > old->severity;
    enum bw_err rc = bw_engine_move(engine, old, &how, err);
    wanted->opened_ms = old->opened_ms;
    return rc == BW_OK ? open_new(engine, wanted,
                                  in_hand && !worse ? BW_NOTICE_ACKNOWLEDGED : BW_NOTICE_OPEN,
                                  false, inhibited, err)
                       : rc;
}

/* It is the old notice that says this now. */
static void carry_on(struct bw_notice *wanted, struct bw_notice *old)
{
    wanted->id = old->id;
    wanted->state = old->state;
    wanted->opened_ms = old->opened_ms;
    wanted->until_ms = old->until_ms;
    wanted->eval = BW_TAKE(old->eval);
}

/* Take the new facts into the old notice; it is told only when the matter got more pressing. That
 * its date has moved people read in another one. */
static enum bw_err refresh(struct bw_engine *engine, struct bw_notice *old,
                           struct bw_notice *wanted, bool inhibited, bool moved,
                           struct bw_error *err)
{
    bool asleep = bw_notice_is_put_off(old->state);
    bool pressing = wanted->severity > old->severity || wanted->kind != old->kind ||
                    wanted->serve_until_ms != old->serve_until_ms ||
                    wanted->train_by_ms != old->train_by_ms;
    bool by_time = old->rises_ms <= engine->now_ms && wanted->kind == old->kind &&
                   wanted->deadline_ms == old->deadline_ms;
    carry_on(wanted, old);
    const struct bw_move_notice how = { .event = "updated",
                                        .actor = "basewatch",
                                        .reason = wanted->summary,
                                        .for_programs = moved && wanted->severity <= old->severity,
                                        .by_time = by_time,
                                        .silent = asleep || inhibited || !pressing };
    bool owed = old->remind_ms > 0 && old->remind_ms <= engine->now_ms && !inhibited;
    wanted->remind_ms = owed && how.silent ? old->remind_ms : wanted->remind_ms;
    return bw_engine_update(engine, wanted, &how, err);
}

/* The cohort that a notice speaks of. */
static const struct bw_cohort *spoken_of(const struct bw_standing *standing,
                                         const struct bw_notice *notice)
{
    return notice->kind == BW_NOTICE_EMBEDDER_STALE ? &standing->embedder : &standing->cohort;
}

static enum bw_err close_old(struct bw_engine *engine, struct bw_notice *old,
                             const struct bw_standing *standing,
                             const struct bw_deployment *deployment, bool date_moved,
                             struct bw_error *err)
{
    bool past = old->kind == BW_NOTICE_DATE_CHANGED; /* it was news, and is no more */
    const char *base = spoken_of(standing, old)->base; /* NULL: it embeds with nothing now */
    bool moved = base != NULL && !bw_str_equal(old->base, base);
    const char *evidence = deployment->evidence != NULL ? deployment->evidence : "the inventory";
    BW_CLEANUP(bw_freep) char *reason = moved  ? bw_xasprintf("%s shows it on %s", evidence, base)
                                        : past ? bw_xstrdup("it has been told for a month")
                                               : bw_xstrdup("what it said no longer holds");
    const struct bw_move_notice how = {
        .to = moved || past ? BW_NOTICE_RESOLVED : BW_NOTICE_CANCELLED,
        .event = moved || past ? "resolved" : "cancelled",
        .actor = "basewatch",
        .reason = reason,
        .for_programs = moved || past || date_moved, /* people did it, or read of it elsewhere */
    };
    return bw_engine_move(engine, old, &how, err);
}

/* Knowing nothing is no news: what was said stays until something is known again. */
static enum bw_err stays_unknown(struct bw_engine *engine, const struct bw_standing *standing,
                                 const struct bw_notice *old, bool *out, struct bw_error *err)
{
    const struct bw_cohort *cohort = spoken_of(standing, old);
    enum bw_confidence confidence = BW_CONFIDENCE_CONFIRMED;
    enum bw_err rc = BW_OK;
    if (cohort->state == BW_COHORT_UNKNOWN && bw_str_equal(old->base, cohort->base)) {
        rc = bw_engine_confidence(engine, cohort->platform, cohort->scope, &confidence, err);
    }
    *out = confidence != BW_CONFIDENCE_CONFIRMED;
    return rc;
}

/* With another candidate it is another notice. */
static bool says_the_same(const struct bw_notice *old, const struct bw_notice *wanted)
{
    return bw_str_equal(old->candidate, wanted->candidate) || !bw_notice_offers(wanted->kind);
}

/* The end of the base says all that is to be said of the base. */
static bool is_inhibited(const struct wanted *wanted, size_t i)
{
    return i > 0 && strcmp(bw_notice_matter(wanted->items[0].kind), "life") == 0 &&
           wanted->items[i].kind != BW_NOTICE_EMBEDDER_STALE &&
           wanted->items[i].kind != BW_NOTICE_DATE_CHANGED;
}

static enum bw_err tell(struct bw_engine *engine, struct bw_notices *live, struct wanted *wanted,
                        size_t i, bool summed_up, struct bw_error *err)
{
    struct bw_notice *notice = &wanted->items[i];
    struct bw_notice *old = same_matter(live->items, live->count, notice);
    bool inhibited = is_inhibited(wanted, i);
    bool moved = wanted->moved && notice->kind != BW_NOTICE_DATE_CHANGED;
    enum bw_err rc = BW_OK;
    notice->remind_ms = inhibited ? 0 : notice->remind_ms;
    if (old == NULL) {
        return open_new(engine, notice, BW_NOTICE_OPEN, summed_up, inhibited, err);
    }
    if (inhibited) {
        rc = bw_engine_withdraw(engine, old, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    return says_the_same(old, notice)
               ? refresh(engine, old, notice, inhibited, moved, err)
               : supersede(engine, old, notice, inhibited, err);
}

enum bw_err bw_engine_reconcile(struct bw_engine *engine, const struct bw_standing *standing,
                                const struct bw_deployment *deployment, bool summed_up,
                                struct bw_error *err)
{
    BW_CLEANUP(bw_notices_clear) struct bw_notices live = { 0 };
    BW_CLEANUP(wanted_clear) struct wanted wanted = { 0 };
    enum bw_err rc = bw_notices_live(engine->db, deployment->name, BW_ABOUT_DEPLOYMENT, &live, err);
    if (rc == BW_OK) {
        rc = find_wanted(engine, standing, deployment, &live, &wanted, err);
    }
    BW_VEC_EACH(struct bw_notice, old, &live)
    {
        bool stays = true;
        if (rc == BW_OK && same_matter(wanted.items, wanted.count, old) == NULL &&
            !bw_engine_is_news(engine, old, &standing->cohort)) {
            rc = stays_unknown(engine, standing, old, &stays, err);
        }
        if (rc == BW_OK && !stays) {
            rc = close_old(engine, old, standing, deployment, wanted.moved, err);
        }
    }
    for (size_t i = 0; rc == BW_OK && i < wanted.count; i++) {
        /* One old price stands behind many estimates: each owner hears of it once. */
        bool on_card = summed_up || wanted.items[i].kind == BW_NOTICE_PRICE_STALE;
        rc = tell(engine, &live, &wanted, i, on_card, err);
    }
    return rc;
}

static enum bw_err read_standing(struct bw_engine *engine, const char *name,
                                 struct bw_member *member, struct bw_standing *standing,
                                 struct bw_error *err)
{
    enum bw_err rc = bw_inventory_get(engine->db, name, member, err);
    return rc == BW_OK ? bw_engine_stand(engine, member, standing, err) : rc;
}

enum bw_err bw_engine_renew(struct bw_engine *engine, struct bw_notice *notice,
                            struct bw_error *err)
{
    BW_CLEANUP(bw_member_clear) struct bw_member member = { 0 };
    BW_CLEANUP(bw_standing_clear) struct bw_standing standing = { 0 };
    BW_CLEANUP(wanted_clear) struct wanted wanted = { 0 };
    const struct bw_notices none = { 0 };
    if (bw_notice_about(notice->kind) != BW_ABOUT_DEPLOYMENT) {
        return BW_OK;
    }
    enum bw_err rc = read_standing(engine, notice->subject, &member, &standing, err);
    if (rc == BW_OK) {
        rc = find_wanted(engine, &standing, &member.deployment, &none, &wanted, err);
    }
    struct bw_notice *now = same_matter(wanted.items, wanted.count, notice);
    if (rc != BW_OK || now == NULL || !says_the_same(notice, now)) {
        return rc == BW_ERR_NOTFOUND ? BW_OK : rc; /* it says what it said */
    }
    carry_on(now, notice);
    now->remind_ms = is_inhibited(&wanted, (size_t)(now - wanted.items)) ? 0 : now->remind_ms;
    const struct bw_notice old = *notice;
    *notice = *now;
    *now = old;
    return BW_OK;
}

enum bw_err bw_engine_raise_due(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    BW_CLEANUP(bw_names_clear) struct bw_names names = { 0 };
    enum bw_err rc =
        bw_notices_take_rising(engine->db, engine->now_ms, BW_DUE_CHUNK, &names, err);
    *more = *more || names.count == BW_DUE_CHUNK;
    BW_VEC_EACH(char *, name, &names)
    {
        BW_CLEANUP(bw_member_clear) struct bw_member member = { 0 };
        BW_CLEANUP(bw_standing_clear) struct bw_standing standing = { 0 };
        if (rc == BW_OK) {
            rc = read_standing(engine, *name, &member, &standing, err);
        }
        if (rc == BW_OK) {
            rc = bw_engine_reconcile(engine, &standing, &member.deployment, false, err);
        }
    }
    return rc;
}
