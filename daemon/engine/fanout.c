/* daemon/engine/fanout.c: what changed for a cohort reaches its members, chunk by chunk, each chunk
 * a transaction with its cursor. */
#include "engine/state.h"

enum bw_err bw_engine_fan_out(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    BW_CLEANUP(bw_cohort_clear) struct bw_cohort cohort = { 0 };
    BW_CLEANUP(bw_members_clear) struct bw_members members = { 0 };
    BW_CLEANUP(bw_fan_clear) struct bw_fan fan = { 0 };
    bool waits = false;
    *more = false;
    enum bw_err rc = bw_fan_next(engine->db, engine->now_ms, &fan, err);
    if (rc != BW_OK) {
        return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
    }
    *more = true;
    rc = bw_cohorts_get(engine->db, fan.cohort, &cohort, err);
    if (rc == BW_OK && fan.cursor[0] == '\0' && !fan.has_waited) {
        rc = bw_engine_look_first(engine, &cohort, &waits, err);
    }
    if (rc != BW_OK || waits) {
        return rc;
    }
    rc = bw_inventory_members(engine->db, fan.cohort, fan.cursor, BW_FAN_CHUNK, &members, err);
    BW_VEC_EACH(const struct bw_member, member, &members)
    {
        if (rc == BW_OK) {
            rc = bw_engine_reconcile(engine, &cohort, &member->deployment, fan.baseline, err);
        }
    }
    if (rc != BW_OK) {
        return rc;
    }
    const char *last = members.count < BW_FAN_CHUNK
                           ? NULL
                           : members.items[members.count - 1].deployment.name;
    return bw_fan_advance(engine->db, fan.cohort, last, err);
}
