/* daemon/engine/read_treadmill.c: a year of keeping up, deployment by deployment: what was
 * released, what was forced, what it costs tuned and prompted. */
#include "base/str.h"
#include "codec/estimate_json.h"
#include "engine/subject.h"
#include "store/actuals.h"

enum { PAGE_MAX = 50 }; /* each row judges a lineage and prices two moves */

/* The year that ends now, unless the question says otherwise. */
static enum bw_err read_span(const struct bw_call *call, int64_t *from_ms, int64_t *to_ms,
                             struct bw_error *err)
{
    enum bw_err rc = bw_call_time(call, "to", call->engine->now_ms, to_ms, err);
    if (rc == BW_OK) {
        rc = bw_call_time(call, "from", *to_ms - 365 * BW_DAY_MS, from_ms, err);
    }
    return rc == BW_OK && *to_ms - *from_ms < BW_DAY_MS
               ? bw_fail(err, BW_ERR_INVALID, "from must lie a day or more before to")
               : rc;
}

static void write_year(struct bw_json_writer *w, const char *name, bool known,
                       const struct bw_year *year)
{
    if (known) {
        bw_year_write(w, name, year);
    } else {
        bw_json_add_null(w, name);
    }
}

static void write_row(struct bw_call *call, const struct bw_subject *subject,
                      const struct bw_span *span, int64_t forced, const struct bw_actuals *paid)
{
    const struct bw_deployment *deployment = &subject->member.deployment;
    const struct bw_track_record record = bw_actuals_record(paid);
    struct bw_years years = { 0 };
    bw_pricing_years(&subject->pricing, span, &years);
    bw_json_object_begin(&call->w, NULL);
    bw_json_add_text(&call->w, "deployment", deployment->name);
    bw_json_add_text(&call->w, "owner", deployment->owner);
    bw_json_add_text(&call->w, "technique", bw_technique_word(deployment->technique));
    bw_json_add_text(&call->w, "platform", deployment->platform);
    bw_json_add_text(&call->w, "base", deployment->base);
    bw_json_add_i64(&call->w, "releases", (int64_t)span->releases);
    bw_json_add_i64(&call->w, "forced", forced);
    bw_json_add_i64(&call->w, "moved", (int64_t)record.moves);
    bw_json_add_usd(&call->w, "paid_usd", record.paid);
    bw_json_add_i64(&call->w, "days_behind", span->days_behind);
    bw_json_add_day(&call->w, "behind_since", span->behind_since_ms);
    bw_json_add_double(&call->w, "moves_per_year", years.moves);
    write_year(&call->w, "tuned", years.tuned_known, &years.tuned);
    bw_json_add_text(&call->w, "tuned_refused",
                     years.refused.text[0] == '\0' ? NULL : years.refused.text);
    write_year(&call->w, "prompted", years.prompted_known, &years.prompted);
    bw_json_object_end(&call->w);
}

static enum bw_err add_member(struct bw_call *call, struct bw_member *member, int64_t from_ms,
                              int64_t to_ms, struct bw_error *err)
{
    BW_CLEANUP(bw_subject_clear) struct bw_subject subject = { .member = *member,
                                                               .at_ms = to_ms };
    BW_CLEANUP(bw_actuals_clear) struct bw_actuals paid = { 0 };
    struct bw_db *db = call->engine->db;
    struct bw_span span = { 0 };
    int64_t forced = 0;
    *member = (struct bw_member){ 0 };
    const char *name = subject.member.deployment.name;
    enum bw_err rc = bw_cohorts_get(db, subject.member.cohort, &subject.cohort, err);
    if (rc == BW_OK) {
        rc = bw_pricing_init(call->engine, &subject.cohort, &subject.member.deployment,
                             subject.cohort.candidate, to_ms, &subject.pricing, err);
    }
    if (rc == BW_OK) {
        rc = bw_pricing_span(&subject.pricing, &subject.cohort, from_ms, to_ms, &span, err);
    }
    if (rc == BW_OK) {
        rc = bw_notices_forced(db, name, from_ms, to_ms, &forced, err);
    }
    if (rc == BW_OK) {
        rc = bw_actuals_of(db, name, from_ms, to_ms, &paid, err);
    }
    if (rc == BW_OK) {
        write_row(call, &subject, &span, forced, &paid);
    }
    return rc;
}

static enum bw_err read_members(struct bw_call *call, int64_t limit, struct bw_members *out,
                                struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *deployment = bw_call_query(call, "deployment");
    BW_CLEANUP(bw_freep) char *owner = bw_call_query(call, "owner");
    BW_CLEANUP(bw_freep) char *after = bw_call_query(call, "after");
    if (deployment == NULL) {
        return bw_inventory_page(call->engine->db, owner, after == NULL ? "" : after, limit, out,
                                 err);
    }
    struct bw_member one = { 0 };
    enum bw_err rc = bw_inventory_get(call->engine->db, deployment, &one, err);
    if (rc == BW_OK) {
        BW_VEC_PUSH(out, one);
    }
    return rc;
}

enum bw_err bw_api_treadmill(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_members_clear) struct bw_members members = { 0 };
    int64_t asked = bw_call_limit(call);
    int64_t limit = asked < PAGE_MAX ? asked : PAGE_MAX;
    int64_t from_ms = 0;
    int64_t to_ms = 0;
    enum bw_err rc = read_span(call, &from_ms, &to_ms, err);
    if (rc == BW_OK) {
        rc = read_members(call, limit, &members, err);
    }
    bool full = members.count > 0 && (int64_t)members.count == limit;
    BW_CLEANUP(bw_freep) char *next =
        full ? bw_xstrdup(members.items[members.count - 1].deployment.name) : NULL;
    bw_call_begin_list(call, "treadmill");
    BW_VEC_EACH(struct bw_member, member, &members)
    {
        rc = rc == BW_OK ? add_member(call, member, from_ms, to_ms, err) : rc;
    }
    bw_call_end_list(call, next);
    return rc;
}
