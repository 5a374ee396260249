/* daemon/store/notices.c: see notices.h. */
#include "store/notices.h"

#include <string.h>

#include "base/str.h"

#define COLUMNS                                                                                    \
    "id, subject, kind, state, severity, owner, platform, base, candidate, relation, via,"         \
    " train_on, route, opened_ms, updated_ms, until_ms, train_by_ms, serve_until_ms, summary,"     \
    " estimate, refused, swap, rises_ms, deadline_ms, remind_ms, technique, tags, scope, eval,"        \
    " inhibited"
enum { COLUMN_COUNT = 30 };

static const char INSERT_SQL[] =
    "INSERT INTO notice (subject, kind, state, severity, owner, platform, base, candidate,"
    " relation, via, train_on, route, opened_ms, updated_ms, until_ms, train_by_ms,"
    " serve_until_ms, summary, estimate, refused, swap, matter, live, rises_ms,"
    " deadline_ms, remind_ms, technique, tags, scope, eval, inhibited)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,"
    " $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)";
static const char SAVE_SQL[] =
    "UPDATE notice SET subject = $1, kind = $2, state = $3, severity = $4, owner = $5,"
    " platform = $6, base = $7, candidate = $8, relation = $9, via = $10, train_on = $11,"
    " route = $12, opened_ms = $13, updated_ms = $14, until_ms = $15, train_by_ms = $16,"
    " serve_until_ms = $17, summary = $18, estimate = $19, refused = $20, swap = $21,"
    " matter = $22, live = $23, rises_ms = $24, deadline_ms = $25, remind_ms = $26,"
    " technique = $27, tags = $28, scope = $29, eval = $30, inhibited = $31"
    " WHERE id = $32";
static const char GET_SQL[] = "SELECT " COLUMNS " FROM notice WHERE id = $1";
static const char LIVE_SQL[] =
    "SELECT " COLUMNS " FROM notice WHERE subject = $1 AND live = 1"
    " AND CASE kind WHEN 'source-failing' THEN 1 WHEN 'sink-failing' THEN 2 ELSE 0 END = $2"
    " ORDER BY id";
static const char SETTLED_SQL[] =
    "SELECT " COLUMNS ", (SELECT actor FROM notice_event AS e WHERE e.notice = notice.id"
    " ORDER BY e.id DESC LIMIT 1) FROM notice WHERE subject = $1 AND kind = $2 AND base = $3"
    " AND (matter NOT IN ('succession', 'embedder-stale')"
    " OR coalesce(candidate, '') = coalesce($4, '')) AND live = 0"
    " ORDER BY id DESC LIMIT 1";
static const char ESTIMATE_SQL[] =
    "SELECT estimate FROM notice WHERE subject = $1 AND matter = 'succession' AND opened_ms < $2"
    " AND estimate IS NOT NULL ORDER BY id DESC LIMIT 1";
static const char FORCED_SQL[] =
    "SELECT count(DISTINCT base) FROM notice WHERE subject = $1 AND matter = 'life'"
    " AND serve_until_ms >= $2 AND serve_until_ms < $3";
#define FILTERED                                                                                   \
    " AND ($2 IS NULL OR owner = $2)"                                                              \
    " AND ($3 IS NULL OR state = $3 OR ($3 = 'live' AND live = 1)) AND ($4 IS NULL OR kind = $4)"  \
    " AND ($5 IS NULL OR severity = $5) AND ($6 IS NULL OR platform = $6)"                         \
    " AND ($8 IS NULL OR technique = $8) ORDER BY id LIMIT $7"
static const char PAGE_SQL[] =
    "SELECT " COLUMNS " FROM notice WHERE " BW_LIST_WINDOW("id") FILTERED;
static const char SUBJECT_PAGE_SQL[] =
    "SELECT " COLUMNS " FROM notice WHERE subject = $9 AND id > $1" FILTERED;
static const char NEWEST_ID_SQL[] = "SELECT max(id) FROM notice";
static const char OUTAGES_SQL[] =
    "SELECT " COLUMNS " FROM notice WHERE live = 1 AND kind = $1"
    " AND kind IN ('source-failing', 'sink-failing') ORDER BY id"; /* has an index */
static const char DEADLINES_SQL[] =
    "SELECT " COLUMNS " FROM notice WHERE live = 1 AND remind_ms > 0"
    " ORDER BY deadline_ms, id LIMIT $1";
static const char OWNED_DEADLINES_SQL[] =
    "SELECT " COLUMNS " FROM notice WHERE live = 1 AND remind_ms > 0 AND owner = $2"
    " ORDER BY deadline_ms, id LIMIT $1";
static const char DECIDED_SQL[] =
    "SELECT " COLUMNS " FROM notice WHERE " BW_LIST_WINDOW("id")
    " AND (until_ms > $2 OR (state = 'waived' AND until_ms = 0))"
    " AND ($3 IS NULL OR owner = $3) ORDER BY id LIMIT $4";
static const char NEWEST_SQL[] =
    "SELECT " COLUMNS " FROM notice WHERE inhibited = 0"
    " ORDER BY updated_ms DESC, id DESC LIMIT $1";
static const char OWNED_NEWEST_SQL[] =
    "SELECT " COLUMNS " FROM notice WHERE owner = $2 AND inhibited = 0"
    " ORDER BY updated_ms DESC, id DESC LIMIT $1";
static const char COUNT_OPEN_SQL[] = "SELECT sum(open) FROM notice_total";
static const char BY_SEVERITY_SQL[] =
    "SELECT severity, open FROM notice_total";
static const char ENDED_SQL[] =
    "SELECT " COLUMNS " FROM notice WHERE live = 1 AND until_ms > 0 AND until_ms <= $1"
    " ORDER BY id LIMIT $2";
static const char NEXT_END_SQL[] =
    "SELECT min(until_ms) FROM notice WHERE live = 1 AND until_ms > 0";
static const char RISING_SQL[] =
    "SELECT DISTINCT subject FROM notice WHERE live = 1 AND rises_ms > 0 AND rises_ms <= $1"
    " ORDER BY subject LIMIT $2";
static const char RISEN_SQL[] =
    "UPDATE notice SET rises_ms = 0 WHERE subject = $1 AND live = 1 AND rises_ms <= $2";
static const char NEXT_RISE_SQL[] =
    "SELECT min(rises_ms) FROM notice WHERE live = 1 AND rises_ms > 0";
static const char TO_REMIND_SQL[] =
    "SELECT " COLUMNS " FROM notice WHERE live = 1 AND remind_ms > 0 AND remind_ms <= $1"
    " ORDER BY id LIMIT $2";
static const char NEXT_REMINDER_SQL[] =
    "SELECT min(remind_ms) FROM notice WHERE live = 1 AND remind_ms > 0";
/* Of the nearest alone: behind them may be a hundred thousand that wait for the card already. */
#define AHEAD(column)                                                                              \
    "SELECT * FROM (SELECT id FROM notice WHERE owner = $2 AND live = 1 AND remind_ms > 0"         \
    " AND " column " > $3 AND " column " <= $4 ORDER BY " column " LIMIT 20 * $5)"
static const char AHEAD_SQL[] =
    "SELECT " COLUMNS " FROM notice WHERE id IN (" AHEAD("remind_ms") " UNION " AHEAD("rises_ms")
    ") AND state NOT IN ('snoozed', 'waived') AND NOT EXISTS"
    " (SELECT 1 FROM item WHERE item.sink = $1 AND item.notice = notice.id)"
    " ORDER BY deadline_ms, id LIMIT $5";

#define TEXT(member) offsetof(struct bw_notice, member)
static const size_t TEXTS[] = {
    TEXT(subject),   TEXT(owner),    TEXT(platform), TEXT(scope),    TEXT(technique), TEXT(base),
    TEXT(candidate), TEXT(relation), TEXT(via),      TEXT(train_on), TEXT(route),     TEXT(summary),
    TEXT(estimate),  TEXT(refused),  TEXT(swap),     TEXT(eval),
};

static char **text_at(struct bw_notice *notice, size_t i)
{
    return (char **)(void *)((char *)notice + TEXTS[i]);
}

void bw_notice_clear(struct bw_notice *notice)
{
    for (size_t i = 0; i < BW_COUNT(TEXTS); i++) {
        free(*text_at(notice, i));
    }
    bw_names_clear(&notice->tags);
    *notice = (struct bw_notice){ 0 };
}

struct bw_notice bw_notice_copy(const struct bw_notice *notice)
{
    struct bw_notice copy = *notice;
    for (size_t i = 0; i < BW_COUNT(TEXTS); i++) {
        char **text = text_at(&copy, i);
        *text = bw_xstrdup(*text);
    }
    copy.tags = (struct bw_names){ 0 };
    BW_VEC_EACH(char *const, tag, &notice->tags)
    {
        BW_VEC_PUSH(&copy.tags, bw_xstrdup(*tag));
    }
    return copy;
}

void bw_notices_clear(struct bw_notices *notices)
{
    BW_VEC_CLEAR(notices, bw_notice_clear);
}

static void split_tags(const char *text, struct bw_names *out)
{
    while (*text != '\0') {
        size_t size = strcspn(text, "\n");
        BW_VEC_PUSH(out, bw_xstrndup(text, size));
        text += size + 1;
    }
}

/* Each ended by a line feed, which no tag holds. Ownership: the caller's. */
static char *join_tags(const struct bw_names *tags)
{
    struct bw_str text = { 0 };
    BW_VEC_EACH(char *, tag, tags)
    {
        bw_str_appendf(&text, "%s\n", *tag);
    }
    return bw_str_take(&text);
}

static struct bw_notice from_row(struct bw_stmt *row)
{
    struct bw_notice notice = {
        .id = bw_stmt_i64(row, 0),
        .subject = bw_stmt_text_dup(row, 1),
        .owner = bw_stmt_text_dup(row, 5),
        .platform = bw_stmt_text_dup(row, 6),
        .base = bw_stmt_text_dup(row, 7),
        .candidate = bw_stmt_text_dup(row, 8),
        .relation = bw_stmt_text_dup(row, 9),
        .via = bw_stmt_text_dup(row, 10),
        .train_on = bw_stmt_text_dup(row, 11),
        .route = bw_stmt_text_dup(row, 12),
        .opened_ms = bw_stmt_i64(row, 13),
        .updated_ms = bw_stmt_i64(row, 14),
        .until_ms = bw_stmt_i64(row, 15),
        .train_by_ms = bw_stmt_i64(row, 16),
        .serve_until_ms = bw_stmt_i64(row, 17),
        .summary = bw_stmt_text_dup(row, 18),
        .estimate = bw_stmt_text_dup(row, 19),
        .refused = bw_stmt_text_dup(row, 20),
        .swap = bw_stmt_text_dup(row, 21),
        .rises_ms = bw_stmt_i64(row, 22),
        .deadline_ms = bw_stmt_i64(row, 23),
        .remind_ms = bw_stmt_i64(row, 24),
        .technique = bw_stmt_text_dup(row, 25),
        .scope = bw_stmt_text_dup(row, 27),
        .eval = bw_stmt_text_dup(row, 28),
        .inhibited = bw_stmt_i64(row, 29) != 0,
    };
    split_tags(bw_stmt_text(row, 26), &notice.tags);
    (void)bw_notice_kind_parse(bw_stmt_text(row, 2), &notice.kind);
    (void)bw_notice_state_parse(bw_stmt_text(row, 3), &notice.state);
    (void)bw_severity_parse(bw_stmt_text(row, 4), &notice.severity);
    return notice;
}

static void bind_notice(struct bw_stmt *stmt, const struct bw_notice *notice)
{
    BW_BIND(stmt, 1, notice->subject);
    BW_BIND(stmt, 2, bw_notice_kind_word(notice->kind));
    BW_BIND(stmt, 3, bw_notice_state_word(notice->state));
    BW_BIND(stmt, 4, bw_severity_word(notice->severity));
    BW_BIND(stmt, 5, notice->owner);
    BW_BIND(stmt, 6, notice->platform);
    BW_BIND(stmt, 7, notice->base);
    BW_BIND(stmt, 8, notice->candidate);
    BW_BIND(stmt, 9, notice->relation);
    BW_BIND(stmt, 10, notice->via);
    BW_BIND(stmt, 11, notice->train_on);
    BW_BIND(stmt, 12, notice->route);
    BW_BIND(stmt, 13, notice->opened_ms);
    BW_BIND(stmt, 14, notice->updated_ms);
    BW_BIND(stmt, 15, notice->until_ms);
    BW_BIND(stmt, 16, notice->train_by_ms);
    BW_BIND(stmt, 17, notice->serve_until_ms);
    BW_BIND(stmt, 18, notice->summary);
    BW_BIND(stmt, 19, notice->estimate);
    BW_BIND(stmt, 20, notice->refused);
    BW_BIND(stmt, 21, notice->swap);
    BW_BIND(stmt, 22, bw_notice_matter(notice->kind));
    BW_BIND(stmt, 23, (int64_t)bw_notice_is_live(notice->state));
    BW_BIND(stmt, 24, notice->rises_ms);
    BW_BIND(stmt, 25, notice->deadline_ms);
    BW_BIND(stmt, 26, notice->remind_ms);
    BW_CLEANUP(bw_freep) char *tags = join_tags(&notice->tags);
    BW_BIND(stmt, 27, notice->technique == NULL ? "" : notice->technique);
    BW_BIND(stmt, 28, tags);
    BW_BIND(stmt, 29, notice->scope == NULL ? "" : notice->scope);
    BW_BIND(stmt, 30, notice->eval);
    BW_BIND(stmt, 31, (int64_t)notice->inhibited);
}

enum bw_err bw_notices_insert(struct bw_db *db, struct bw_notice *notice, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, INSERT_SQL);
    bind_notice(stmt, notice);
    enum bw_err rc = bw_stmt_run(stmt, err);
    if (rc == BW_OK) {
        notice->id = bw_db_last_id(db);
    }
    return rc;
}

enum bw_err bw_notices_save(struct bw_db *db, const struct bw_notice *notice, struct bw_error *err)
{
    struct bw_stmt *stmt = bw_db_query(db, SAVE_SQL);
    bind_notice(stmt, notice);
    BW_BIND(stmt, 32, notice->id);
    return bw_stmt_run(stmt, err);
}

enum bw_err bw_notices_get(struct bw_db *db, int64_t id, struct bw_notice *out,
                           struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, GET_SQL);
    BW_BIND(row, 1, id);
    enum bw_err rc = bw_stmt_step(row, err);
    if (rc == BW_OK) {
        *out = from_row(row);
    } else if (rc == BW_ERR_NOTFOUND) {
        (void)bw_fail(err, rc, "there is no notice %lld", (long long)id);
    }
    return rc;
}

static enum bw_err notices_from_rows(struct bw_stmt *row, struct bw_notices *out,
                                     struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        BW_VEC_PUSH(out, from_row(row));
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_notices_live(struct bw_db *db, const char *subject, enum bw_notice_about about,
                            struct bw_notices *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, LIVE_SQL);
    BW_BIND(row, 1, subject);
    BW_BIND(row, 2, (int64_t)about);
    return notices_from_rows(row, out, err);
}

enum bw_err bw_notices_settled(struct bw_db *db, const struct bw_notice *like,
                               struct bw_notice *out, bool *by_person, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, SETTLED_SQL);
    BW_BIND(row, 1, like->subject);
    BW_BIND(row, 2, bw_notice_kind_word(like->kind));
    BW_BIND(row, 3, like->base);
    BW_BIND(row, 4, like->candidate);
    enum bw_err rc = bw_stmt_step(row, err);
    if (rc == BW_OK) {
        *out = from_row(row);
        *by_person = out->state == BW_NOTICE_RESOLVED &&
                     !bw_str_equal(bw_stmt_text(row, COLUMN_COUNT), "basewatch");
    }
    return rc;
}

enum bw_err bw_notices_estimate(struct bw_db *db, const char *subject, int64_t until_ms, char **out,
                                struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, ESTIMATE_SQL);
    BW_BIND(row, 1, subject);
    BW_BIND(row, 2, until_ms);
    enum bw_err rc = bw_stmt_step(row, err);
    if (rc == BW_OK) {
        *out = bw_stmt_text_dup(row, 0);
    }
    return rc;
}

enum bw_err bw_notices_forced(struct bw_db *db, const char *subject, int64_t from_ms,
                              int64_t until_ms, int64_t *out, struct bw_error *err)
{
    struct bw_stmt *row = bw_db_query(db, FORCED_SQL);
    BW_BIND(row, 1, subject);
    BW_BIND(row, 2, from_ms);
    BW_BIND(row, 3, until_ms);
    return bw_stmt_one_i64(row, 0, out, err);
}

static int64_t last_of(const struct bw_notices *notices)
{
    return notices->count == 0 ? 0 : notices->items[notices->count - 1].id;
}

enum bw_err bw_notices_page(struct bw_db *db, const struct bw_notice_filter *filter,
                            struct bw_list_page *page, struct bw_notices *out, struct bw_error *err)
{
    bool of_one = filter->subject != NULL;
    BW_CLEANUP(bw_stmt_resetp)
    struct bw_stmt *row = bw_db_query(db, of_one ? SUBJECT_PAGE_SQL : PAGE_SQL);
    BW_BIND(row, 1, page->after);
    BW_BIND(row, 2, filter->owner);
    BW_BIND(row, 3, filter->state);
    BW_BIND(row, 4, filter->kind);
    BW_BIND(row, 5, filter->severity);
    BW_BIND(row, 6, filter->platform);
    BW_BIND(row, 7, page->limit);
    BW_BIND(row, 8, filter->technique);
    if (of_one) {
        BW_BIND(row, 9, filter->subject);
    }
    enum bw_err rc = notices_from_rows(row, out, err);
    if (of_one) {
        bw_list_page_end_full(out->count, last_of(out), page);
        return rc;
    }
    return rc == BW_OK ? bw_list_page_end(db, NEWEST_ID_SQL, out->count, last_of(out), page, err) : rc;
}

enum bw_err bw_notices_outages(struct bw_db *db, enum bw_notice_kind kind, struct bw_notices *out,
                               struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, OUTAGES_SQL);
    BW_BIND(row, 1, bw_notice_kind_word(kind));
    return notices_from_rows(row, out, err);
}

/* The first rows of an order that has an index for all, and one for those of an owner. */
static enum bw_err first_rows(struct bw_db *db, const char *sql, const char *owned_sql,
                              const char *owner, int64_t limit, struct bw_notices *out,
                              struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp)
    struct bw_stmt *row = bw_db_query(db, owner == NULL ? sql : owned_sql);
    BW_BIND(row, 1, limit);
    if (owner != NULL) {
        BW_BIND(row, 2, owner);
    }
    return notices_from_rows(row, out, err);
}

enum bw_err bw_notices_deadlines(struct bw_db *db, const char *owner, int64_t limit,
                                 struct bw_notices *out, struct bw_error *err)
{
    return first_rows(db, DEADLINES_SQL, OWNED_DEADLINES_SQL, owner, limit, out, err);
}

enum bw_err bw_notices_decided(struct bw_db *db, const char *owner, int64_t now_ms,
                               struct bw_list_page *page, struct bw_notices *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, DECIDED_SQL);
    BW_BIND(row, 1, page->after);
    BW_BIND(row, 2, now_ms);
    BW_BIND(row, 3, owner);
    BW_BIND(row, 4, page->limit);
    enum bw_err rc = notices_from_rows(row, out, err);
    return rc == BW_OK ? bw_list_page_end(db, NEWEST_ID_SQL, out->count, last_of(out), page, err) : rc;
}

enum bw_err bw_notices_newest(struct bw_db *db, const char *owner, int64_t limit,
                              struct bw_notices *out, struct bw_error *err)
{
    return first_rows(db, NEWEST_SQL, OWNED_NEWEST_SQL, owner, limit, out, err);
}

enum bw_err bw_notices_count_open(struct bw_db *db, int64_t *out, struct bw_error *err)
{
    return bw_stmt_one_i64(bw_db_query(db, COUNT_OPEN_SQL), 0, out, err);
}

enum bw_err bw_notices_by_severity(struct bw_db *db, int64_t *counts, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, BY_SEVERITY_SQL);
    enum bw_err rc = BW_OK;
    while ((rc = bw_stmt_step(row, err)) == BW_OK) {
        enum bw_severity severity = BW_SEVERITY_INFO;
        (void)bw_severity_parse(bw_stmt_text(row, 0), &severity);
        counts[severity] += bw_stmt_i64(row, 1);
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_notices_ended(struct bw_db *db, int64_t now_ms, int64_t limit,
                             struct bw_notices *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, ENDED_SQL);
    BW_BIND(row, 1, now_ms);
    BW_BIND(row, 2, limit);
    return notices_from_rows(row, out, err);
}

enum bw_err bw_notices_next_end(struct bw_db *db, int64_t *out_ms, struct bw_error *err)
{
    return bw_stmt_one_i64(bw_db_query(db, NEXT_END_SQL), INT64_MAX, out_ms, err);
}

enum bw_err bw_notices_to_remind(struct bw_db *db, int64_t now_ms, int64_t limit,
                                 struct bw_notices *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, TO_REMIND_SQL);
    BW_BIND(row, 1, now_ms);
    BW_BIND(row, 2, limit);
    return notices_from_rows(row, out, err);
}

enum bw_err bw_notices_next_reminder(struct bw_db *db, int64_t *out_ms, struct bw_error *err)
{
    return bw_stmt_one_i64(bw_db_query(db, NEXT_REMINDER_SQL), INT64_MAX, out_ms, err);
}

enum bw_err bw_notices_ahead(struct bw_db *db, const char *sink, const char *owner,
                             int64_t now_ms, int64_t until_ms, int64_t limit,
                             struct bw_notices *out, struct bw_error *err)
{
    BW_CLEANUP(bw_stmt_resetp) struct bw_stmt *row = bw_db_query(db, AHEAD_SQL);
    BW_BIND(row, 1, sink);
    BW_BIND(row, 2, owner);
    BW_BIND(row, 3, now_ms);
    BW_BIND(row, 4, until_ms);
    BW_BIND(row, 5, limit);
    return notices_from_rows(row, out, err);
}

enum bw_err bw_notices_take_rising(struct bw_db *db, int64_t now_ms, int64_t limit,
                                   struct bw_names *out, struct bw_error *err)
{
    struct bw_stmt *row = bw_db_query(db, RISING_SQL);
    BW_BIND(row, 1, now_ms);
    BW_BIND(row, 2, limit);
    enum bw_err rc = bw_stmt_names(row, out, err);
    BW_VEC_EACH(char *, subject, out)
    {
        struct bw_stmt *stmt = bw_db_query(db, RISEN_SQL);
        BW_BIND(stmt, 1, *subject);
        BW_BIND(stmt, 2, now_ms);
        if (rc == BW_OK) {
            rc = bw_stmt_run(stmt, err);
        }
    }
    return rc;
}

enum bw_err bw_notices_next_rise(struct bw_db *db, int64_t *out_ms, struct bw_error *err)
{
    return bw_stmt_one_i64(bw_db_query(db, NEXT_RISE_SQL), INT64_MAX, out_ms, err);
}
