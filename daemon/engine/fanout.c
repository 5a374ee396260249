/* daemon/engine/fanout.c: what changed for a cohort reaches its members, chunk by chunk, each chunk
 * a transaction with its cursor. */
#include "engine/state.h"

void bw_standing_clear(struct bw_standing *standing)
{
    bw_cohort_clear(&standing->cohort);
    bw_cohort_clear(&standing->embedder);
}

static enum bw_err read_other(struct bw_engine *engine, int64_t id, struct bw_cohort *cohort,
                              struct bw_error *err)
{
    if (cohort->id == id) {
        return BW_OK;
    }
    bw_cohort_clear(cohort);
    return id == 0 ? BW_OK : bw_cohorts_get(engine->db, id, cohort, err);
}

enum bw_err bw_engine_stand(struct bw_engine *engine, const struct bw_member *member,
                            struct bw_standing *standing, struct bw_error *err)
{
    enum bw_err rc = read_other(engine, member->cohort, &standing->cohort, err);
    return rc == BW_OK ? read_other(engine, member->embedder, &standing->embedder, err) : rc;
}

enum bw_err bw_engine_fan_out(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    BW_CLEANUP(bw_standing_clear) struct bw_standing standing = { 0 };
    BW_CLEANUP(bw_members_clear) struct bw_members members = { 0 };
    BW_CLEANUP(bw_fan_clear) struct bw_fan fan = { 0 };
    enum bw_err rc = bw_fan_next(engine->db, &fan, err);
    if (rc != BW_OK) {
        return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
    }
    *more = true;
    rc = bw_inventory_members(engine->db, fan.cohort, fan.cursor, BW_FAN_CHUNK, &members, err);
    BW_VEC_EACH(const struct bw_member, member, &members)
    {
        if (rc == BW_OK) {
            rc = bw_engine_stand(engine, member, &standing, err);
        }
        if (rc == BW_OK) {
            rc = bw_engine_reconcile(engine, &standing, &member->deployment, fan.baseline, err);
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
