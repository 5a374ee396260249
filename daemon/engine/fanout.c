/* daemon/engine/fanout.c: what changed for a cohort reaches its members, chunk by chunk, each chunk
 * a transaction with its cursor. */
#include "engine/state.h"

enum bw_err bw_engine_fan_out(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    BW_CLEANUP(bw_cohort_clear) struct bw_cohort cohort = { 0 };
    BW_CLEANUP(bw_members_clear) struct bw_members members = { 0 };
    BW_CLEANUP(bw_freep) char *cursor = NULL;
    int64_t id = 0;
    bool baseline = false;
    enum bw_err rc = bw_fan_next(engine->db, &id, &cursor, &baseline, err);
    if (rc != BW_OK) {
        return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
    }
    *more = true;
    rc = bw_cohorts_get(engine->db, id, &cohort, err);
    if (rc == BW_OK) {
        rc = bw_inventory_members(engine->db, id, cursor, BW_FAN_CHUNK, &members, err);
    }
    BW_VEC_EACH(const struct bw_member, member, &members)
    {
        if (rc == BW_OK) {
            rc = bw_engine_reconcile(engine, &cohort, &member->deployment, baseline, err);
        }
    }
    if (rc != BW_OK) {
        return rc;
    }
    const char *last = members.count < BW_FAN_CHUNK
                           ? NULL
                           : members.items[members.count - 1].deployment.name;
    return bw_fan_advance(engine->db, id, last, err);
}
