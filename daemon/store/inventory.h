/* daemon/store/inventory.h: deployments, and the cohorts that carry their state. */
#ifndef BW_STORE_INVENTORY_H
#define BW_STORE_INVENTORY_H
#include <stdbool.h>
#include <stdint.h>

#include "domain/cohort.h"
#include "domain/deployment.h"
#include "store/db.h"

struct bw_member { /* a deployment as stored */
    int64_t cohort;
    int64_t embedder; /* cohort of its embedding model; 0: none */
    struct bw_deployment deployment;
};
struct bw_members BW_VEC(struct bw_member);
void bw_member_clear(struct bw_member *member);
void bw_members_clear(struct bw_members *members);

/* Find or create the cohort of a deployment, or of its embedding model, in `scope`; own: the ends that
 * its tune has of its own. *empty: it had no members, so nobody has kept its state up to date. */
BW_MUST_CHECK enum bw_err bw_cohorts_find(struct bw_db *db, const struct bw_deployment *deployment,
                                          bool embeds, const char *scope,
                                          const struct bw_ends *own, int64_t *id, bool *empty,
                                          struct bw_error *err);
/* Errors: BW_ERR_NOTFOUND. */
BW_MUST_CHECK enum bw_err bw_cohorts_get(struct bw_db *db, int64_t id, struct bw_cohort *out,
                                         struct bw_error *err);
/* Write what evaluation found. */
BW_MUST_CHECK enum bw_err bw_cohorts_save(struct bw_db *db, const struct bw_cohort *cohort,
                                          struct bw_error *err);
/* Which cohorts of a platform and scope are to be judged again, at now_ms and in pieces. */
struct bw_touch {
    const char *platform;
    const char *scope;
    int64_t now_ms;
    bool baseline; /* what comes of it is summed up */
};
enum bw_touched {
    BW_TOUCH_ALL,
    BW_TOUCH_LINEAGE, /* of that lineage; "": those that cannot be placed */
    BW_TOUCH_BASE,    /* on that base */
    BW_TOUCH_LED,     /* on a base that is listed under another name, or has a declared successor */
};
/* value: of the lineage or the base, else NULL. */
BW_MUST_CHECK enum bw_err bw_cohorts_touch(struct bw_db *db, const struct bw_touch *touch,
                                           enum bw_touched which, const char *value,
                                           struct bw_error *err);
/* Does anybody run this base there? */
BW_MUST_CHECK enum bw_err bw_cohorts_have_base(struct bw_db *db, const char *platform,
                                               const char *scope, const char *base, bool *out,
                                               struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_cohorts_all_due(struct bw_db *db, int64_t now_ms,
                                             struct bw_error *err); /* judge every one again */
struct bw_due_cohort {
    int64_t id;
    bool baseline;
};
struct bw_due_cohorts BW_VEC(struct bw_due_cohort);
void bw_due_cohorts_clear(struct bw_due_cohorts *due);
BW_MUST_CHECK enum bw_err bw_cohorts_due(struct bw_db *db, int64_t now_ms, int64_t limit,
                                         struct bw_due_cohorts *out, struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_cohorts_next_due(struct bw_db *db, int64_t *out_ms,
                                              struct bw_error *err); /* INT64_MAX: never */

/* Fan-out: begin (again) at the first member; read where the first waiting cohort stands;
 * move its cursor; finish. baseline: sum up its notices, unless a fan-out under way does not. */
BW_MUST_CHECK enum bw_err bw_fan_begin(struct bw_db *db, int64_t cohort, bool baseline,
                                       struct bw_error *err);
/* All cohorts whose members are not on their way already; what they say is summed up. */
BW_MUST_CHECK enum bw_err bw_fan_begin_all(struct bw_db *db, struct bw_error *err);
struct bw_fan {
    int64_t cohort;
    char *cursor; /* "" at the first member */
    bool baseline;
};
void bw_fan_clear(struct bw_fan *fan);
BW_MUST_CHECK enum bw_err bw_fan_next(struct bw_db *db, struct bw_fan *out,
                                      struct bw_error *err); /* BW_ERR_NOTFOUND */
BW_MUST_CHECK enum bw_err bw_fan_advance(struct bw_db *db, int64_t cohort, const char *cursor,
                                         struct bw_error *err); /* cursor NULL: done */

/* Deployments. put inserts or moves between cohorts and keeps the members right; embedder 0: none;
 * what discovery knows is kept beside what is said; *changed is false when the same was stored
 * already. What is said is stored as it was said, its own policy alone. said gives that, with
 * the fleet's policy below; the others with its cohort's, and filled with what is known.
 * Errors: BW_ERR_NOTFOUND for get, said, remove. */
BW_MUST_CHECK enum bw_err bw_inventory_put(struct bw_db *db, const struct bw_deployment *deployment,
                                           const struct bw_knowledge *known, int64_t cohort,
                                           int64_t embedder, bool *changed, struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_inventory_said(struct bw_db *db, const char *name,
                                            const struct bw_policy *fleet,
                                            struct bw_deployment *out, struct bw_error *err);
/* All after `after`, by name. */
BW_MUST_CHECK enum bw_err bw_inventory_said_page(struct bw_db *db, const char *after,
                                                 int64_t limit, const struct bw_policy *fleet,
                                                 struct bw_deployments *out,
                                                 struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_inventory_get(struct bw_db *db, const char *name,
                                           struct bw_member *out, struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_inventory_remove(struct bw_db *db, const char *name,
                                              struct bw_error *err);
/* Names of an origin after `after`, in order; of the API's there is no list. */
BW_MUST_CHECK enum bw_err bw_inventory_names(struct bw_db *db, enum bw_origin origin,
                                             const char *after, int64_t limit,
                                             struct bw_names *out, struct bw_error *err);
/* Names of those that pick among findings, and of fine-tuned ones that call this id. */
BW_MUST_CHECK enum bw_err bw_inventory_picking(struct bw_db *db, struct bw_names *out,
                                               struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_inventory_calling(struct bw_db *db, const char *model,
                                               struct bw_names *out, struct bw_error *err);
/* Members of a cohort, and those who embed with its base, after `after` ("" from the start), by
 * name. */
BW_MUST_CHECK enum bw_err bw_inventory_members(struct bw_db *db, int64_t cohort, const char *after,
                                               int64_t limit, struct bw_members *out,
                                               struct bw_error *err);
/* All deployments after `after`, by name; owner NULL: anybody's. */
BW_MUST_CHECK enum bw_err bw_inventory_page(struct bw_db *db, const char *owner, const char *after,
                                            int64_t limit, struct bw_members *out,
                                            struct bw_error *err);

/* By which settings all deployments stand where they do, and how far those have come that put them
 * elsewhere. */
struct bw_deriving { /* owned */
    uint64_t derived_by; /* a hash; 0: none yet */
    uint64_t by;         /* of those that are under way */
    char *name;          /* the last deployment they have put; "": none */
};
void bw_deriving_clear(struct bw_deriving *deriving);
BW_MUST_CHECK enum bw_err bw_deriving_get(struct bw_db *db, struct bw_deriving *out,
                                          struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_deriving_save(struct bw_db *db, const struct bw_deriving *deriving,
                                           struct bw_error *err);

/* With which prices their estimates were made (0: none yet), as bw_price_book_hash() says. */
BW_MUST_CHECK enum bw_err bw_inventory_priced_by(struct bw_db *db, uint64_t *out,
                                                 struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_inventory_priced(struct bw_db *db, uint64_t hash,
                                              struct bw_error *err);

/* Deployments by state: a sum over cohorts. counts has one place for each enum bw_cohort_state. */
/* How many are unknown because no active source speaks of their platform and scope. */
BW_MUST_CHECK enum bw_err bw_inventory_unwatched(struct bw_db *db, int64_t *out,
                                                 struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_inventory_by_state(struct bw_db *db, int64_t *counts,
                                                struct bw_error *err);
#endif
