/* daemon/engine/actuals.c: see actuals.h. */
#include "engine/actuals.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "store/actuals.h"

/* ---- recording ---- */

static struct bw_money member_usd(const struct bw_json *json, const char *name)
{
    return bw_money_from_usd(bw_json_double(bw_json_get(json, name), 0));
}

/* What the latest notice had said of the whole move. */
static enum bw_err find_move_estimate(struct bw_engine *engine, struct bw_actual *actual,
                                      struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *text = NULL;
    BW_CLEANUP(bw_json_freep) struct bw_json *json = NULL;
    enum bw_err rc = bw_notices_estimate(engine->db, actual->deployment,
                                         actual->on_ms + BW_DAY_MS, &text, err);
    if (rc != BW_OK) {
        return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
    }
    rc = bw_json_parse(text, strlen(text), &json, err);
    if (rc == BW_OK) {
        actual->estimated = true;
        actual->estimate = (struct bw_cost){ member_usd(json, "low_usd"),
                                             member_usd(json, "expected_usd"),
                                             member_usd(json, "high_usd") };
    }
    return rc;
}

/* What one training run was to cost: the low end is one run at the low price. */
static enum bw_err find_run_estimate(struct bw_engine *engine, struct bw_actual *actual,
                                     struct bw_error *err)
{
    BW_CLEANUP(bw_member_clear) struct bw_member member = { 0 };
    BW_CLEANUP(bw_cohort_clear) struct bw_cohort cohort = { 0 };
    BW_CLEANUP(bw_pricing_clear) struct bw_pricing pricing = { 0 };
    struct bw_estimate estimate = { 0 };
    enum bw_err rc = bw_inventory_get(engine->db, actual->deployment, &member, err);
    if (rc == BW_OK) {
        rc = bw_cohorts_get(engine->db, member.cohort, &cohort, err);
    }
    if (rc == BW_OK) {
        rc = bw_pricing_init(engine, &cohort, &member.deployment, cohort.candidate, actual->on_ms,
                             &pricing, err);
    }
    if (rc != BW_OK || bw_pricing_estimate(&pricing, &estimate, NULL) != BW_OK) {
        return rc == BW_ERR_NOTFOUND ? BW_OK : rc; /* it is not known until now */
    }
    BW_VEC_EACH(const struct bw_term, term, &estimate.terms)
    {
        if (strcmp(term->name, "training") == 0) {
            actual->estimated = true;
            actual->estimate = (struct bw_cost){ term->cost.low, term->cost.low, term->cost.low };
        }
    }
    bw_estimate_clear(&estimate);
    return BW_OK;
}

enum bw_err bw_engine_record_actual(struct bw_engine *engine, struct bw_actual *actual,
                                    struct bw_error *err)
{
    actual->recorded_ms = engine->now_ms;
    enum bw_err rc = actual->covers == BW_COVERS_MOVE ? find_move_estimate(engine, actual, err)
                                                      : find_run_estimate(engine, actual, err);
    return rc == BW_OK ? bw_actuals_insert(engine->db, actual, &actual->id, err) : rc;
}

enum bw_err bw_engine_note_paid(struct bw_engine *engine, const struct bw_deployment *deployment,
                                const struct bw_finding *finding, struct bw_error *err)
{
    if (!finding->price_known) {
        return BW_OK;
    }
    int64_t at_ms = finding->finished_ms != 0 ? finding->finished_ms : engine->now_ms;
    struct bw_actual actual = { /* it borrows */
        .deployment = deployment->name,
        .owner = deployment->owner,
        .on_ms = at_ms - at_ms % BW_DAY_MS,
        .paid = finding->price,
        .covers = BW_COVERS_TRAINING,
        .note = "",
        .finding = finding->id,
        .actor = "basewatch",
    };
    enum bw_err rc = bw_engine_record_actual(engine, &actual, err);
    return rc == BW_ERR_EXISTS ? BW_OK : rc;
}

/* ---- rows ---- */

static void write_factor(struct bw_json_writer *w, double factor)
{
    if (factor > 0) {
        bw_json_add_double(w, "factor", factor);
    } else {
        bw_json_add_null(w, "factor");
    }
}

static void write_row(struct bw_json_writer *w, const struct bw_actual *actual)
{
    bw_json_object_begin(w, NULL);
    bw_json_add_id(w, "id", actual->id);
    bw_json_add_text(w, "deployment", actual->deployment);
    bw_json_add_text(w, "owner", actual->owner);
    bw_json_add_day(w, "on", actual->on_ms);
    bw_json_add_usd(w, "paid_usd", actual->paid);
    bw_json_add_text(w, "covers", bw_covers_word(actual->covers));
    bw_json_add_text(w, "note", actual->note);
    bw_json_add_text(w, "finding", actual->finding);
    bw_json_add_text(w, "actor", actual->actor);
    bw_json_add_time(w, "recorded_at", actual->recorded_ms);
    if (actual->estimated) {
        bw_json_object_begin(w, "estimate");
        bw_json_add_usd(w, "low_usd", actual->estimate.low);
        bw_json_add_usd(w, "expected_usd", actual->estimate.expected);
        bw_json_add_usd(w, "high_usd", actual->estimate.high);
        bw_json_object_end(w);
    } else {
        bw_json_add_null(w, "estimate");
    }
    write_factor(w, bw_actual_factor(actual));
    bw_json_object_end(w);
}

static void write_so_far(struct bw_json_writer *w, const struct bw_actuals *actuals)
{
    const struct bw_track_record record = bw_actuals_record(actuals);
    if (actuals->count == 0) {
        bw_json_add_null(w, "so_far");
        return;
    }
    bw_json_object_begin(w, "so_far");
    bw_json_add_i64(w, "moves", (int64_t)record.moves);
    bw_json_add_usd(w, "paid_usd", record.paid);
    write_factor(w, record.factor);
    bw_json_object_end(w);
}

static void write_bill(struct bw_json_writer *w, const struct bw_pricing *pricing)
{
    struct bw_money month;
    if (bw_pricing_running_month(pricing, &month)) {
        bw_json_add_usd(w, "running_usd_per_month", month);
    } else {
        bw_json_add_null(w, "running_usd_per_month");
    }
}

static enum bw_err read_all(struct bw_call *call, const char *deployment, struct bw_actuals *out,
                            struct bw_error *err)
{
    return bw_actuals_of(call->engine->db, deployment, 0, INT64_MAX, out, err);
}

enum bw_err bw_actuals_write_record(struct bw_call *call, const struct bw_subject *subject,
                                    struct bw_error *err)
{
    BW_CLEANUP(bw_actuals_clear) struct bw_actuals actuals = { 0 };
    enum bw_err rc = read_all(call, subject->member.deployment.name, &actuals, err);
    write_bill(&call->w, &subject->pricing);
    write_so_far(&call->w, &actuals);
    return rc;
}

/* ---- commands ---- */

enum bw_err bw_api_actuals(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_actuals_clear) struct bw_actuals actuals = { 0 };
    BW_CLEANUP(bw_freep) char *deployment = bw_call_query(call, "deployment");
    BW_CLEANUP(bw_freep) char *owner = bw_call_query(call, "owner");
    struct bw_list_page page = bw_call_page(call);
    enum bw_err rc = bw_actuals_page(call->engine->db, deployment, owner, &page, &actuals, err);
    bw_call_begin_list(call, "actuals");
    BW_VEC_EACH(const struct bw_actual, actual, &actuals)
    {
        write_row(&call->w, actual);
    }
    bw_call_end_page(call, &page);
    return rc;
}

static void append_line(struct bw_call *call, const struct bw_actual *actual)
{
    char day[BW_INSTANT_TEXT];
    char paid[BW_MONEY_TEXT];
    BW_CLEANUP(bw_str_clear) struct bw_str text = { 0 };
    bw_str_appendf(&text, "%s  $%s for %s", bw_instant_format_day(actual->on_ms, day),
                   bw_money_format(actual->paid, paid),
                   actual->covers == BW_COVERS_MOVE ? "the move" : "a training run");
    if (actual->estimated) {
        char expected[BW_MONEY_TEXT];
        bw_str_appendf(&text, ", estimated at $%s",
                       bw_money_format(actual->estimate.expected, expected));
    }
    if (bw_actual_factor(actual) > 0) {
        bw_str_appendf(&text, ": x%.2f", bw_actual_factor(actual));
    }
    bw_str_appendf(&text, "%s%s  (%" PRId64 ")", actual->note[0] == '\0' ? "" : "; ",
                   actual->note, actual->id);
    bw_call_line(call, "%s", text.text);
}

static void sum_lines(struct bw_call *call, const struct bw_pricing *pricing,
                      const struct bw_actuals *actuals)
{
    const struct bw_track_record record = bw_actuals_record(actuals);
    char text[BW_MONEY_TEXT];
    struct bw_money month;
    bw_call_line(call, "%zu moves paid for, $%s in all", record.moves,
                 bw_money_format(record.paid, text));
    if (record.factor > 0) {
        bw_call_line(call, "they cost x%.2f of their estimates", record.factor);
    }
    if (bw_pricing_running_month(pricing, &month)) {
        bw_call_line(call, "its running bill is $%s a month", bw_money_format(month, text));
    } else {
        bw_call_line(call, "its running bill is not known: record traffic (calls_per_day, "
                           "input_tokens, output_tokens)");
    }
}

enum bw_err bw_api_actual(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_subject_clear) struct bw_subject subject = { 0 };
    BW_CLEANUP(bw_actuals_clear) struct bw_actuals actuals = { 0 };
    enum bw_err rc = bw_subject_read(call, &subject, err);
    if (rc == BW_OK) {
        rc = read_all(call, subject.member.deployment.name, &actuals, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    bw_call_begin(call, "actual");
    bw_json_add_text(&call->w, "deployment", subject.member.deployment.name);
    write_bill(&call->w, &subject.pricing);
    write_so_far(&call->w, &actuals);
    bw_json_array_begin(&call->w, "actuals");
    BW_VEC_EACH(const struct bw_actual, actual, &actuals)
    {
        write_row(&call->w, actual);
    }
    bw_json_array_end(&call->w);
    bw_json_array_begin(&call->w, "lines");
    BW_VEC_EACH(const struct bw_actual, actual, &actuals)
    {
        append_line(call, actual);
    }
    sum_lines(call, &subject.pricing, &actuals);
    bw_json_array_end(&call->w);
    bw_call_end(call);
    return BW_OK;
}

static enum bw_err read_actual(struct bw_call *call, struct bw_actual *out, struct bw_error *err)
{
    const struct bw_json *json = call->json;
    const char *usd = bw_json_text(bw_json_get(json, "usd"), NULL);
    const char *on = bw_json_text(bw_json_get(json, "on"), NULL);
    const char *covers = bw_json_text(bw_json_get(json, "covers"), "move");
    if (usd == NULL) {
        return bw_fail(err, BW_ERR_INVALID, "usd is missing: dollars as a text, \"5100.50\"");
    }
    if (on == NULL) {
        return bw_fail(err, BW_ERR_INVALID, "on is missing: the day of the bill");
    }
    enum bw_err rc = bw_money_parse(usd, &out->paid, err);
    if (rc == BW_OK && out->paid.micros < 0) {
        rc = bw_fail(err, BW_ERR_INVALID, "usd '%.40s' is less than nothing", usd);
    }
    if (rc == BW_OK) {
        rc = bw_instant_parse(on, &out->on_ms, err);
    }
    if (rc == BW_OK && out->on_ms > call->engine->now_ms) {
        rc = bw_fail(err, BW_ERR_INVALID, "on '%.40s' is still to come", on);
    }
    (void)bw_covers_parse(covers, &out->covers); /* it is one of its words */
    out->on_ms -= out->on_ms % BW_DAY_MS;
    out->note = bw_xstrdup(bw_json_text(bw_json_get(json, "note"), ""));
    return rc;
}

enum bw_err bw_api_actual_add(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_member_clear) struct bw_member member = { 0 };
    BW_CLEANUP(bw_actual_clear) struct bw_actual actual = { 0 };
    enum bw_err rc = bw_inventory_get(call->engine->db, call->args[0], &member, err);
    if (rc == BW_OK) {
        rc = read_actual(call, &actual, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    actual.deployment = bw_xstrdup(member.deployment.name);
    actual.owner = bw_xstrdup(member.deployment.owner);
    actual.actor = bw_call_actor(call);
    rc = bw_engine_record_actual(call->engine, &actual, err);
    if (rc == BW_OK) {
        write_row(&call->w, &actual);
    }
    return rc;
}

enum bw_err bw_api_actual_remove(struct bw_call *call, struct bw_error *err)
{
    enum bw_err rc = bw_actuals_remove(call->engine->db, call->id, err);
    if (rc == BW_OK) {
        bw_call_begin(call, "removed");
        bw_json_add_text(&call->w, "removed", call->args[0]);
        bw_call_end(call);
    }
    return rc;
}
