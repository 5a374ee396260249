/* daemon/domain/finding_chain.c: see finding_chain.h. */
#include "domain/finding_chain.h"

#include <string.h>

#include "base/str.h"
#include "domain/deployment.h"

struct walk { /* from a finding down to its root */
    const struct bw_chain_world *world;
    struct bw_chain *chain;
    struct bw_str path;
    struct bw_names passed;
};

static int by_id(const void *a, const void *b);
static int by_job(const void *a, const void *b);
static const char *below(const struct bw_finding_set *set, const struct bw_finding *finding);
static void pass(struct walk *walk, const char *name);
static bool has_passed(const struct walk *walk, const char *name);
static char *next_of(struct walk *walk, const char *name, bool *is_root);

void bw_finding_set_init(struct bw_finding_set *set, const struct bw_finding *const *findings,
                         size_t count)
{
    *set = (struct bw_finding_set){ .by_id = bw_xcalloc(count + 1, sizeof(*set->by_id)),
                                    .by_job = bw_xcalloc(count + 1, sizeof(*set->by_job)),
                                    .count = count };
    for (size_t i = 0; i < count; i++) {
        set->by_id[i] = findings[i];
        if (findings[i]->job != NULL && findings[i]->checkpoint_of == NULL) {
            set->by_job[set->job_count++] = findings[i];
        }
    }
    qsort(set->by_id, set->count, sizeof(*set->by_id), by_id);
    qsort(set->by_job, set->job_count, sizeof(*set->by_job), by_job);
}

void bw_finding_set_clear(struct bw_finding_set *set)
{
    free(set->by_id);
    free(set->by_job);
    *set = (struct bw_finding_set){ 0 };
}

const struct bw_finding *bw_finding_set_find(const struct bw_finding_set *set, const char *name)
{
    const struct bw_finding key = { .id = (char *)name, .job = (char *)name };
    const struct bw_finding *wanted = &key;
    const struct bw_finding **found =
        bsearch(&wanted, set->by_id, set->count, sizeof(*set->by_id), by_id);
    if (found == NULL) {
        found = bsearch(&wanted, set->by_job, set->job_count, sizeof(*set->by_job), by_job);
    }
    return found == NULL ? NULL : *found;
}

void bw_chain_follow(const struct bw_chain_world *world, const struct bw_finding *finding,
                     struct bw_chain *out)
{
    *out = (struct bw_chain){ 0 };
    bool tune = finding->kind == BW_FINDING_FINE_TUNE;
    out->tune = tune ? finding : NULL;
    out->tuned = tune;
    struct walk walk = { .world = world, .chain = out };
    pass(&walk, finding->id);
    BW_CLEANUP(bw_freep) char *name = bw_xstrdup(below(world->set, finding));
    bool is_root = !tune && bw_str_equal(name, finding->id); /* served under its own name */
    while (name != NULL && !is_root && walk.passed.count <= BW_CHAIN_HOPS_MAX) {
        char *next = next_of(&walk, name, &is_root);
        if (!is_root) {
            free(name);
            name = next;
        }
    }
    if (is_root) {
        pass(&walk, name);
        out->root = BW_TAKE(name);
    }
    bool direct = out->root != NULL && walk.passed.count <= 2;
    out->path = direct ? NULL : bw_str_take(&walk.path);
    bw_str_clear(&walk.path);
    bw_names_clear(&walk.passed);
}

void bw_chain_clear(struct bw_chain *chain)
{
    free(chain->root);
    free(chain->path);
    *chain = (struct bw_chain){ 0 };
}

static int by_id(const void *a, const void *b)
{
    const struct bw_finding *const *left = a;
    const struct bw_finding *const *right = b;
    return strcmp((*left)->id, (*right)->id);
}

static int by_job(const void *a, const void *b)
{
    const struct bw_finding *const *left = a;
    const struct bw_finding *const *right = b;
    return strcmp((*left)->job, (*right)->job);
}

/* What the finding was made from, or answers with. A parent that is not there any more is passed
 * over where the base is known besides. */
static const char *below(const struct bw_finding_set *set, const struct bw_finding *finding)
{
    const char *parent = finding->serves != NULL ? finding->serves : finding->parent;
    bool seen = parent != NULL && bw_finding_set_find(set, parent) != NULL;
    return parent != NULL && (seen || finding->base == NULL) ? parent : finding->base;
}

static void pass(struct walk *walk, const char *name)
{
    bw_str_appendf(&walk->path, "%s%s", walk->passed.count == 0 ? "" : " -> ", name);
    BW_VEC_PUSH(&walk->passed, bw_xstrdup(name));
}

static bool has_passed(const struct walk *walk, const char *name)
{
    BW_VEC_EACH(char *, passed, &walk->passed)
    {
        if (strcmp(*passed, name) == 0) {
            return true;
        }
    }
    return false;
}

/* What `name` was made from; NULL: it is the root, nobody says, or it was made from itself. */
static char *next_of(struct walk *walk, const char *name, bool *is_root)
{
    const struct bw_chain_world *world = walk->world;
    const struct bw_finding *finding = bw_finding_set_find(world->set, name);
    if (has_passed(walk, finding != NULL ? finding->id : name)) {
        return NULL;
    }
    if (finding != NULL) {
        bool tune = finding->kind == BW_FINDING_FINE_TUNE;
        walk->chain->tuned = walk->chain->tuned || tune;
        walk->chain->tune = walk->chain->tune == NULL && tune ? finding : walk->chain->tune;
        pass(walk, finding->id);
        const char *next = below(world->set, finding);
        return bw_xstrdup(next);
    }
    const char *parent = world->parent == NULL ? NULL : world->parent(world->context, name);
    if (parent != NULL) {
        walk->chain->tuned = true;
        pass(walk, name);
        return bw_xstrdup(parent);
    }
    char *base = bw_base_of_model(name);
    if (strcmp(base, name) == 0) {
        free(base);
        *is_root = true;
        return NULL;
    }
    walk->chain->tuned = true;
    pass(walk, name);
    return base;
}
