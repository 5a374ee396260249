/* daemon/engine/findings.c: what discovery brings: findings that are new, changed or gone, what each
 * rests on in the end, and how much could be seen. */
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "domain/finding_chain.h"
#include "engine/state.h"
#include "store/findings.h"

struct scene { /* the findings of one platform and scope, as they were and as they are now */
    struct bw_engine *engine;
    const struct bw_source *source;
    struct bw_founds rows;
    struct { uint64_t *items; size_t count, capacity; } before; /* hashes; 0: a new row */
    struct bw_model parent; /* the last one that was asked for */
};

static void scene_clear(struct scene *scene)
{
    bw_founds_clear(&scene->rows);
    BW_VEC_CLEAR(&scene->before, BW_VEC_PLAIN);
    bw_model_clear(&scene->parent);
}

static uint64_t hash_of(const struct bw_found *found)
{
    struct bw_finding finding = found->finding; /* the tables speak of one that may change */
    uint64_t hash = bw_hash_text(BW_HASH_SEED, found->root);
    hash = bw_hash_text(hash, found->chain);
    for (const struct bw_finding_field *field = bw_finding_texts; field->name != NULL; field++) {
        hash = bw_hash_text(hash, *bw_finding_text(&finding, field));
    }
    const struct bw_finding_field *const numbers[] = { bw_finding_counts, bw_finding_times };
    for (size_t i = 0; i < BW_COUNT(numbers); i++) {
        for (const struct bw_finding_field *field = numbers[i]; field->name != NULL; field++) {
            hash ^= bw_hash(bw_finding_number(&finding, field), sizeof(int64_t));
            hash = bw_hash_text(hash, field->name);
        }
    }
    const int64_t rest[] = { finding.kind, finding.status, found->tuned, finding.price.micros,
                             found->gone_ms > 0 };
    return hash ^ bw_hash(rest, sizeof(rest));
}

static enum bw_err open_scene(struct scene *scene, struct bw_error *err)
{
    enum bw_err rc = bw_findings_all(scene->engine->db, scene->source->platform,
                                     scene->source->scope, &scene->rows, err);
    BW_VEC_EACH(const struct bw_found, found, &scene->rows)
    {
        BW_VEC_PUSH(&scene->before, hash_of(found));
    }
    return rc;
}

/* The row of this source that is called so; rows are in order, and new ones come after `known`. */
static struct bw_found *row_called(struct scene *scene, size_t known, const char *model)
{
    size_t low = 0;
    size_t high = known;
    while (low < high) {
        size_t middle = (low + high) / 2;
        struct bw_found *found = &scene->rows.items[middle];
        int order = strcmp(found->source, scene->source->name);
        order = order != 0 ? order : strcmp(found->finding.id, model);
        if (order == 0) {
            return found;
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return NULL;
}

/* Of a job that has its model now there is a row already, called by the job. */
static struct bw_found *row_for(struct scene *scene, size_t known,
                                const struct bw_finding *finding)
{
    struct bw_found *found = row_called(scene, known, finding->id);
    bool made = finding->job != NULL && finding->checkpoint_of == NULL;
    return found != NULL || !made ? found : row_called(scene, known, finding->job);
}

static void add_row(struct scene *scene, struct bw_finding *finding)
{
    const struct bw_found found = {
        .source = bw_xstrdup(scene->source->name),
        .platform = bw_xstrdup(scene->source->platform),
        .scope = bw_xstrdup(scene->source->scope),
        .finding = *finding,
        .first_seen_ms = scene->engine->now_ms,
    };
    *finding = (struct bw_finding){ 0 };
    BW_VEC_PUSH(&scene->rows, found);
    BW_VEC_PUSH(&scene->before, 0);
}

/* What is not said any more stays known. Rows that nobody lists are gone, if the list is whole. */
static void take_list(struct scene *scene, struct bw_discovered *discovered)
{
    size_t known = scene->rows.count;
    bool *listed = bw_xcalloc(known + 1, sizeof(*listed));
    BW_VEC_EACH(struct bw_finding, finding, &discovered->findings)
    {
        struct bw_found *found = row_for(scene, known, finding);
        if (found == NULL) {
            add_row(scene, finding);
            continue;
        }
        bw_finding_merge(finding, &found->finding);
        bw_finding_clear(&found->finding);
        found->finding = *finding;
        *finding = (struct bw_finding){ 0 };
        found->gone_ms = 0;
        listed[found - scene->rows.items] = true;
    }
    for (size_t i = 0; i < known && !discovered->partial; i++) {
        struct bw_found *found = &scene->rows.items[i];
        bool ours = strcmp(found->source, scene->source->name) == 0;
        if (ours && !listed[i] && found->gone_ms == 0) {
            found->gone_ms = scene->engine->now_ms;
        }
    }
    free(listed);
}

static const char *parent_of(void *context, const char *model)
{
    struct scene *scene = context;
    bw_model_clear(&scene->parent);
    return bw_models_get(scene->engine->db, scene->source->platform, scene->source->scope, model,
                         &scene->parent, NULL) == BW_OK
               ? scene->parent.entry.parent
               : NULL;
}

static void find_roots(struct scene *scene)
{
    const struct bw_finding **findings = bw_xcalloc(scene->rows.count + 1, sizeof(*findings));
    for (size_t i = 0; i < scene->rows.count; i++) {
        findings[i] = &scene->rows.items[i].finding;
    }
    struct bw_finding_set set = { 0 };
    bw_finding_set_init(&set, findings, scene->rows.count);
    const struct bw_chain_world world = { &set, parent_of, scene };
    BW_VEC_EACH(struct bw_found, found, &scene->rows)
    {
        struct bw_chain chain = { 0 };
        bw_chain_follow(&world, &found->finding, &chain);
        bw_replace(&found->root, chain.root);
        bw_replace(&found->chain, chain.path);
        found->tuned = chain.tuned;
        bw_chain_clear(&chain);
    }
    bw_finding_set_clear(&set);
    free(findings);
}

/* Write the rows that differ; their ids are what others have to look at again. */
static enum bw_err save_scene(struct scene *scene, struct bw_names *changed, struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    for (size_t i = 0; rc == BW_OK && i < scene->rows.count; i++) {
        struct bw_found *found = &scene->rows.items[i];
        if (scene->before.items[i] != hash_of(found)) {
            found->changed_ms = scene->engine->now_ms;
            rc = bw_findings_save(scene->engine->db, found, err);
            BW_VEC_PUSH(changed, bw_xstrdup(found->finding.id));
        }
    }
    return rc;
}

/* What discovery knows now may move deployments: those that rules adopt, those that pick among
 * findings, and those that call one that has changed. */
static enum bw_err follow_up(struct bw_engine *engine, const struct bw_names *changed,
                             struct bw_error *err)
{
    bool leaving = false;
    enum bw_err rc = bw_findings_leaving(engine->db, &leaving, err);
    if (rc != BW_OK || (changed->count == 0 && !leaving)) {
        return rc;
    }
    rc = bw_engine_adopt(engine, err);
    return rc == BW_OK ? bw_engine_relearn(engine, changed, err) : rc;
}

static enum bw_err look(struct bw_engine *engine, const struct bw_source *source,
                        struct bw_discovered *discovered, struct bw_error *err)
{
    BW_CLEANUP(scene_clear) struct scene scene = { .engine = engine, .source = source };
    BW_CLEANUP(bw_names_clear) struct bw_names changed = { 0 };
    enum bw_err rc = open_scene(&scene, err);
    if (rc != BW_OK) {
        return rc;
    }
    if (discovered->outcome == BW_DISCOVERY_LISTED) {
        take_list(&scene, discovered);
    }
    find_roots(&scene);
    rc = save_scene(&scene, &changed, err);
    if (changed.count > 0) {
        bw_log(BW_LOG_INFO, "source '%s': %zu findings are new, changed or gone", source->name,
               changed.count);
    }
    return rc == BW_OK ? follow_up(engine, &changed, err) : rc;
}

static void say(struct bw_source *source, enum bw_source_discovery how, const char *detail)
{
    if (source->discovery != how && how >= BW_DISCOVERS_REFUSED) {
        bw_log(BW_LOG_NOTICE, "source '%s': findings are not seen: %s", source->name, detail);
    }
    source->discovery = how;
    bw_replace(&source->discovery_detail, detail);
}

static void note_seen(const struct bw_engine *engine, struct bw_source *source,
                      const struct bw_discovered *discovered)
{
    struct bw_str text = { 0 };
    BW_VEC_EACH(char *, note, &discovered->notes)
    {
        bw_str_appendf(&text, "%s%s", text.size == 0 ? "" : "; ", *note);
    }
    if (discovered->outcome == BW_DISCOVERY_LISTED) {
        bw_replace(&source->unseen, text.size == 0 ? "" : text.text);
    }
    bw_str_clear(&text);
    say(source, source->unseen[0] == '\0' ? BW_DISCOVERS_OK : BW_DISCOVERS_PARTIAL, "");
    source->looked_ms = engine->now_ms;
    source->asked_ms = 0;
}

/* Somebody waits: it is tried again soon, and then less and less soon. */
static void look_again(const struct bw_engine *engine, struct bw_source *source)
{
    int64_t waited_ms = engine->now_ms - source->asked_ms;
    int64_t next_ms = engine->now_ms + (waited_ms > BW_MINUTE_MS ? waited_ms : BW_MINUTE_MS);
    if (bw_engine_awaits_look(engine, source) && next_ms < source->due_ms) {
        source->due_ms = next_ms;
    }
}

enum bw_err bw_engine_discover(struct bw_engine *engine, struct bw_source *source,
                               struct bw_polled *polled, struct bw_error *err)
{
    struct bw_discovered *discovered = &polled->discovered;
    bool looked = false;
    switch (discovered->outcome) {
    case BW_DISCOVERY_NONE:
        break;
    case BW_DISCOVERY_LISTED:
        bw_replace(&source->memory, discovered->memory);
        note_seen(engine, source, discovered);
        looked = true;
        break;
    case BW_DISCOVERY_UNCHANGED:
        note_seen(engine, source, discovered);
        looked = true;
        break;
    case BW_DISCOVERY_REFUSED:
        say(source, BW_DISCOVERS_REFUSED, discovered->error);
        break;
    case BW_DISCOVERY_FAILED:
        say(source, BW_DISCOVERS_FAILING, discovered->error);
        look_again(engine, source);
        break;
    }
    source->discovered_ms = source->discovery == BW_DISCOVERS_NOTHING ? 0 : engine->now_ms;
    if (!looked) {
        return BW_OK;
    }
    enum bw_err rc = bw_sources_save(engine->db, source, err); /* what follows asks who has looked */
    return rc == BW_OK ? look(engine, source, discovered, err) : rc;
}
