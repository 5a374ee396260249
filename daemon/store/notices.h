/* daemon/store/notices.h: notices and the log of everything that happened to them. */
#ifndef BW_STORE_NOTICES_H
#define BW_STORE_NOTICES_H
#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "domain/notice.h"
#include "store/list_page.h"

struct bw_notice { /* one row; times UTC ms, 0: none; texts NULL where not known */
    int64_t id;
    char *subject; /* deployment, or source */
    enum bw_notice_kind kind;
    enum bw_notice_state state;
    enum bw_severity severity;
    char *owner;
    char *platform;
    char *scope;     /* NULL counts as "" */
    char *technique; /* of the deployment */
    struct bw_names tags; /* likewise */
    char *base;
    char *candidate;
    char *relation;
    char *via;
    char *train_on;
    char *route;
    int64_t opened_ms;
    int64_t updated_ms;
    int64_t until_ms; /* end of the last snooze or waiver, which stands beyond its notice */
    int64_t rises_ms; /* when its severity rises by itself */
    int64_t deadline_ms; /* the clock it has to meet */
    int64_t remind_ms;   /* when it is next spoken of again */
    int64_t train_by_ms;
    int64_t serve_until_ms;
    char *summary;
    char *estimate; /* JSON */
    char *refused;
    char *swap; /* JSON */
    char *eval; /* JSON: what its last eval job says */
    bool inhibited; /* another notice speaks for it: it is listed, and neither told nor counted */
};
struct bw_notices BW_VEC(struct bw_notice);
struct bw_notice bw_notice_copy(const struct bw_notice *notice); /* deep */
void bw_notice_clear(struct bw_notice *notice);
void bw_notices_clear(struct bw_notices *notices);

struct bw_notice_filter { /* NULL: any */
    const char *owner;
    const char *state; /* a state, or "live" */
    const char *kind;
    const char *severity;
    const char *platform;
    const char *subject;
    const char *technique;
};

/* Insert; notice->id is set. BW_ERR_EXISTS when the subject has a live one of this matter. */
BW_MUST_CHECK enum bw_err bw_notices_insert(struct bw_db *db, struct bw_notice *notice,
                                            struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_notices_save(struct bw_db *db, const struct bw_notice *notice,
                                          struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_notices_get(struct bw_db *db, int64_t id, struct bw_notice *out,
                                         struct bw_error *err);
/* The live notices of a deployment, a source or a sink, which may have the same name. */
BW_MUST_CHECK enum bw_err bw_notices_live(struct bw_db *db, const char *subject,
                                          enum bw_notice_about about, struct bw_notices *out,
                                          struct bw_error *err);
/* The newest settled notice that said the same: subject, kind and base, and for a succession the
 * candidate. by_person: a person resolved it. Errors: BW_ERR_NOTFOUND. */
BW_MUST_CHECK enum bw_err bw_notices_settled(struct bw_db *db, const struct bw_notice *like,
                                             struct bw_notice *out, bool *by_person,
                                             struct bw_error *err);
/* The estimate (JSON) of the latest move offered to a deployment by then. Ownership: *out is the
 * caller's. Errors: BW_ERR_NOTFOUND. */
BW_MUST_CHECK enum bw_err bw_notices_estimate(struct bw_db *db, const char *subject,
                                              int64_t until_ms, char **out, struct bw_error *err);
/* How many bases of a deployment came to their end between two instants, as it was told. */
BW_MUST_CHECK enum bw_err bw_notices_forced(struct bw_db *db, const char *subject, int64_t from_ms,
                                            int64_t until_ms, int64_t *out, struct bw_error *err);
/* A page by id; all of one subject are on the first. */
BW_MUST_CHECK enum bw_err bw_notices_page(struct bw_db *db, const struct bw_notice_filter *filter,
                                          struct bw_list_page *page, struct bw_notices *out,
                                          struct bw_error *err);
/* The live ones about sources, or about sinks. */
BW_MUST_CHECK enum bw_err bw_notices_outages(struct bw_db *db, enum bw_notice_kind kind,
                                             struct bw_notices *out, struct bw_error *err);
/* Live ones with a deadline, the nearest first; owner NULL: anybody's. */
BW_MUST_CHECK enum bw_err bw_notices_deadlines(struct bw_db *db, const char *owner, int64_t limit,
                                               struct bw_notices *out, struct bw_error *err);
/* Notices that are snoozed or waived at now_ms, or would be if they came back. */
BW_MUST_CHECK enum bw_err bw_notices_decided(struct bw_db *db, const char *owner, int64_t now_ms,
                                             struct bw_list_page *page, struct bw_notices *out,
                                             struct bw_error *err);
/* The latest changed first; owner NULL: anybody's. */
BW_MUST_CHECK enum bw_err bw_notices_newest(struct bw_db *db, const char *owner, int64_t limit,
                                            struct bw_notices *out, struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_notices_count_open(struct bw_db *db, int64_t *out,
                                                struct bw_error *err);
/* Of those; counts has one place for each enum bw_severity, zeroed before. */
BW_MUST_CHECK enum bw_err bw_notices_by_severity(struct bw_db *db, int64_t *counts,
                                                 struct bw_error *err);
/* Snoozes and waivers that end by now_ms; and when the next one does (INT64_MAX: never). */
BW_MUST_CHECK enum bw_err bw_notices_ended(struct bw_db *db, int64_t now_ms, int64_t limit,
                                           struct bw_notices *out, struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_notices_next_end(struct bw_db *db, int64_t *out_ms,
                                              struct bw_error *err);

/* Live notices whose reminder is due by now_ms; and when the next one is (INT64_MAX: never). */
BW_MUST_CHECK enum bw_err bw_notices_to_remind(struct bw_db *db, int64_t now_ms, int64_t limit,
                                               struct bw_notices *out, struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_notices_next_reminder(struct bw_db *db, int64_t *out_ms,
                                                   struct bw_error *err);

/* Of an owner's notices that are neither snoozed nor waived and do not wait for a card of the sink:
 * those to be spoken of next, after now_ms and up to until_ms. */
BW_MUST_CHECK enum bw_err bw_notices_ahead(struct bw_db *db, const char *sink, const char *owner,
                                           int64_t now_ms, int64_t until_ms, int64_t limit,
                                           struct bw_notices *out, struct bw_error *err);

/* Deployments with notices whose severity rises by now_ms, which are then due no more; and when the
 * next one does (INT64_MAX: never). */
BW_MUST_CHECK enum bw_err bw_notices_take_rising(struct bw_db *db, int64_t now_ms, int64_t limit,
                                                 struct bw_names *out, struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_notices_next_rise(struct bw_db *db, int64_t *out_ms,
                                               struct bw_error *err);
#endif
