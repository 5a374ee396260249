/* daemon/cli/scan/verdict.c: what is to be said of a model that a scan has found: is it still
 * served, and which is the newest in its place? */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/scan/catalog.h"
#include "domain/platform.h"

void bw_scan_verdict_clear(struct bw_scan_verdict *verdict)
{
    free(verdict->candidate);
    free(verdict->platform);
}

static struct bw_model_facts facts_of(const struct bw_scan_model *model)
{
    return (struct bw_model_facts){
        .platform = model->platform,
        .id = model->id,
        .released_ms = model->released_ms,
        .output = model->output,
        .life = model->life,
    };
}

/* ---- the platform ---- */

/* The platform that a maker runs itself. */
static const char *own_platform(const struct bw_lineage_rules *rules, const char *id)
{
    static const char *const OWN[][2] = {
        { "openai", "openai" },   { "anthropic", "anthropic" }, { "google", "gemini" },
        { "mistral", "mistral" }, { "cohere", "cohere" },       { "xai", "xai" },
    };
    struct bw_model_name name;
    bw_model_name_parse(rules, NULL, id, &name);
    for (size_t i = 0; name.maker >= 0 && i < BW_COUNT(OWN); i++) {
        if (strcmp(rules->makers.items[name.maker].name, OWN[i][0]) == 0) {
            return OWN[i][1];
        }
    }
    return NULL;
}

/* What the spelling itself says, where no catalog does. */
static const char *platform_of_spelling(const struct bw_lineage_rules *rules, const char *spelled)
{
    if (strchr(spelled, '/') != NULL) {
        return "openrouter";
    }
    if (strchr(spelled, '@') != NULL) {
        return "vertex";
    }
    if (strstr(spelled, "gpt-35") != NULL) {
        return "azure";
    }
    const char *dot = strchr(spelled, '.');
    bool bedrock = dot != NULL && strcspn(spelled, "0123456789-") > (size_t)(dot - spelled);
    return bedrock ? "bedrock" : own_platform(rules, spelled);
}

/* Of the rows that have the id the one on its maker's own platform, else the first. */
static const struct bw_scan_model *pick_row(const struct bw_scan_catalog *catalog, size_t at)
{
    const struct bw_scan_model *first = &catalog->models.items[at];
    const char *own = own_platform(catalog->rules, first->id);
    for (size_t i = at; i < catalog->models.count; i++) {
        const struct bw_scan_model *model = &catalog->models.items[i];
        if (strcmp(model->id, first->id) != 0) {
            break;
        }
        if (model->platform != NULL && own != NULL &&
            strcmp(bw_platform_canonical(model->platform), own) == 0) {
            return model;
        }
    }
    return first;
}

/* ---- the successor ---- */

/* Where no platform is said, ids that are spelled for different ones do not replace each other. */
static bool may_stand_in(const struct bw_scan_catalog *catalog, const struct bw_scan_model *model,
                         const struct bw_scan_model *other)
{
    if (!bw_str_equal(model->platform, other->platform) || other->life == BW_LIFE_RETIRED ||
        other->life == BW_LIFE_DEPRECATED) {
        return false;
    }
    return model->platform != NULL || bw_str_equal(platform_of_spelling(catalog->rules, model->id),
                                                   platform_of_spelling(catalog->rules, other->id));
}

static bool is_better(const struct bw_scan_catalog *catalog, const struct bw_model_facts *base,
                      const struct bw_model_facts *one, const struct bw_model_facts *best)
{
    int order = bw_lineage_compare(catalog->rules, one, best);
    enum bw_spelling wanted = bw_lineage_spelling(catalog->rules, base);
    return order > 0 || (order == 0 && bw_lineage_spelling(catalog->rules, best) != wanted &&
                         bw_lineage_spelling(catalog->rules, one) == wanted);
}

static const struct bw_scan_model *successor_of(const struct bw_scan_catalog *catalog,
                                                const struct bw_scan_model *model)
{
    const struct bw_scan_model *best = NULL;
    struct bw_model_facts best_facts = { 0 };
    struct bw_model_facts base = facts_of(model);
    for (size_t i = 0; i < catalog->models.count; i++) {
        const struct bw_scan_model *other = &catalog->models.items[i];
        if (other == model || !may_stand_in(catalog, model, other)) {
            continue;
        }
        struct bw_judgement judgement;
        struct bw_model_facts facts = facts_of(other);
        bw_lineage_judge(catalog->rules, &base, &facts, &judgement);
        if (judgement.successor && !judgement.preview_only &&
            (best == NULL || is_better(catalog, &base, &facts, &best_facts))) {
            best = other;
            best_facts = facts;
        }
    }
    return best;
}

/* The candidate with the dress that the text gives its id: region, Bedrock's or Vertex's form. */
static char *dressed(const char *known, const char *spelled, const char *candidate)
{
    size_t size = strlen(known);
    const char *at = strstr(spelled, known);
    if (strcmp(known, spelled) == 0) {
        return bw_xstrdup(candidate);
    }
    if (at != NULL) {
        return bw_xasprintf("%.*s%s%s", (int)(at - spelled), spelled, candidate, at + size);
    }
    size_t end = strlen(candidate);
    bool dated = end > 9 && strspn(candidate + end - 8, "0123456789") == 8 &&
                 strchr("-@", candidate[end - 9]) != NULL;
    const char *joint = strlen(spelled) > 9 ? spelled + strlen(spelled) - 9 : "";
    char *out = bw_xstrdup(candidate);
    if (dated && (*joint == '@' || *joint == '-')) {
        out[end - 9] = *joint;
    }
    return out;
}

static void set_status(struct bw_scan_verdict *out)
{
    if (out->model->life == BW_LIFE_RETIRED || out->model->life == BW_LIFE_DEPRECATED) {
        out->status = bw_life_word(out->model->life);
        out->since_ms = out->model->since_ms;
    } else if (out->successor != NULL) {
        out->status = "superseded";
        out->since_ms = out->successor->released_ms;
    } else {
        out->status = "current";
    }
}

void bw_scan_catalog_judge(const struct bw_scan_catalog *catalog, size_t at, const char *spelled,
                           struct bw_scan_verdict *out)
{
    *out = (struct bw_scan_verdict){ .model = pick_row(catalog, at) };
    const char *platform = out->model->platform;
    bool derived = strcmp(out->model->id, spelled) != 0;
    if (platform == NULL || derived) {
        const char *told = platform_of_spelling(catalog->rules, spelled);
        platform = told == NULL ? platform : told;
    }
    out->platform = platform == NULL ? NULL : bw_xstrdup(bw_platform_canonical(platform));
    out->successor = successor_of(catalog, out->model);
    if (out->successor != NULL) {
        out->candidate = dressed(out->model->id, spelled, out->successor->id);
    }
    set_status(out);
}
