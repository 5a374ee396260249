/* daemon/engine/deriving.c: what is said of deployments meets another configuration: where their
 * facts come from and by which policy they are told follow from it. They do so page by page, before
 * anything is judged: by the old policy the next release would be told to those that want no word
 * of it. Those of the files come with the configuration; they are looked at again all the same. */
#include "base/str.h"
#include "codec/deployment_json.h"
#include "engine/state.h"

uint64_t bw_engine_derived_from(const struct bw_settings *settings)
{
    uint64_t hash = bw_policy_hash(&settings->policy);
    BW_VEC_EACH(const struct bw_source_settings, source, &settings->sources)
    {
        hash = bw_hash_text(hash, source->platform);
        hash = bw_hash_text(hash, bw_source_kind_word(bw_source_settings_kind(source)));
        hash = bw_hash_text(hash, source->account);
        hash = bw_hash_text(hash, source->region);
    }
    return hash;
}

/* Before its own policy was told from the fleet's, a row had all of both: what differs is its own. */
static void part(struct bw_deployment *said, const struct bw_policy *fleet)
{
    said->policy.own &= bw_policy_own(&said->policy, fleet);
}

/* One page from where deriving stands, which moves on; *more is false when it was the last. */
static enum bw_err derive_page(struct bw_engine *engine, struct bw_deriving *deriving, bool *more,
                               struct bw_error *err)
{
    BW_CLEANUP(bw_deployments_clear) struct bw_deployments page = { 0 };
    const struct bw_policy *fleet = &engine->settings->policy;
    enum bw_err rc =
        bw_inventory_said_page(engine->db, deriving->name, BW_DERIVED_CHUNK, fleet, &page, err);
    BW_VEC_EACH(struct bw_deployment, said, &page)
    {
        bool changed = false;
        if (deriving->derived_by == 0) {
            part(said, fleet);
        }
        rc = rc == BW_OK ? bw_engine_put_deployment(engine, said, &changed, err) : rc;
    }
    *more = page.count == BW_DERIVED_CHUNK;
    if (*more) {
        bw_replace(&deriving->name, page.items[page.count - 1].name);
    }
    return rc;
}

enum bw_err bw_engine_derive_some(struct bw_engine *engine, bool *more, struct bw_error *err)
{
    BW_CLEANUP(bw_deriving_clear) struct bw_deriving deriving = { 0 };
    enum bw_err rc = bw_deriving_get(engine->db, &deriving, err);
    if (rc != BW_OK || deriving.derived_by == engine->derived_from) {
        return rc;
    }
    if (deriving.by != engine->derived_from) {
        deriving.by = engine->derived_from;
        bw_replace(&deriving.name, "");
    }
    rc = derive_page(engine, &deriving, more, err);
    if (rc == BW_OK && !*more) {
        deriving.derived_by = deriving.by;
        deriving.by = 0;
        bw_replace(&deriving.name, "");
    }
    return rc == BW_OK ? bw_deriving_save(engine->db, &deriving, err) : rc;
}
