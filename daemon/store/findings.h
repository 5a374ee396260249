/* daemon/store/findings.h: what discovery saw in the accounts, and what has become of it. */
#ifndef BW_STORE_FINDINGS_H
#define BW_STORE_FINDINGS_H
#include <stdbool.h>
#include <stdint.h>

#include "domain/finding.h"
#include "store/list_page.h"

struct bw_found { /* a finding as stored */
    int64_t id; /* 0: not stored yet */
    char *source;
    char *platform;
    char *scope;
    struct bw_finding finding;
    char *root;  /* NULL: not known */
    char *chain; /* NULL: one step */
    bool tuned;
    int64_t first_seen_ms;
    int64_t changed_ms;
    int64_t gone_ms;   /* 0: it is listed */
    char *deployment;  /* NULL: nobody has adopted it */
    int64_t picked_ms; /* 0: no deployment has ever called it */
};
struct bw_founds BW_VEC(struct bw_found);
void bw_found_clear(struct bw_found *found);
void bw_founds_clear(struct bw_founds *founds);

/* Insert (found->id 0, which is set) or replace. */
BW_MUST_CHECK enum bw_err bw_findings_save(struct bw_db *db, struct bw_found *found,
                                           struct bw_error *err);
/* All of a platform and scope, gone ones too, by source and model; platform NULL: of everything
 * that is configured. */
BW_MUST_CHECK enum bw_err bw_findings_all(struct bw_db *db, const char *platform,
                                          const char *scope, struct bw_founds *out,
                                          struct bw_error *err);
/* Those of a platform that are called `model`, the newest sighting first. */
BW_MUST_CHECK enum bw_err bw_findings_called(struct bw_db *db, const char *platform,
                                             const char *model, struct bw_founds *out,
                                             struct bw_error *err);
/* By its number, or by its model where one source alone has it. Errors: BW_ERR_NOTFOUND,
 * BW_ERR_CONFLICT. */
BW_MUST_CHECK enum bw_err bw_findings_get(struct bw_db *db, const char *name,
                                          struct bw_found *out, struct bw_error *err);

struct bw_finding_filter { /* NULL: any */
    const char *platform;
    const char *source;
    const char *base; /* or root */
    const char *state; /* new, adopted, checkpoint, gone, all; NULL: new */
};
BW_MUST_CHECK enum bw_err bw_findings_page(struct bw_db *db,
                                           const struct bw_finding_filter *filter,
                                           struct bw_list_page *page, struct bw_founds *out,
                                           struct bw_error *err);
/* Is anything missing from its list that has been adopted? */
BW_MUST_CHECK enum bw_err bw_findings_leaving(struct bw_db *db, bool *out, struct bw_error *err);
/* A deployment calls this one from now on. */
BW_MUST_CHECK enum bw_err bw_findings_pick(struct bw_db *db, int64_t id, const char *deployment,
                                           int64_t now_ms, struct bw_error *err);
/* Let go of what the deployment called elsewhere, or by another name (model NULL: whatever there;
 * platform NULL: everything): it is another's that calls it, else new. *any: there was some. */
BW_MUST_CHECK enum bw_err bw_findings_let_go(struct bw_db *db, const char *deployment,
                                             const char *platform, const char *scope,
                                             const char *model, bool *any, struct bw_error *err);
/* new, adopted, checkpoint or gone. */
const char *bw_found_state(const struct bw_found *found);
#endif
