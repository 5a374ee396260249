/* daemon/domain/succession.c: see succession.h. */
#include "domain/succession.h"

#include <string.h>

#include "base/str.h"
#include "domain/replacement.h"

struct bw_model_facts bw_facts_of(const char *platform, const struct bw_entry *entry)
{
    return (struct bw_model_facts){
        .platform = platform,
        .id = entry->id,
        .name = entry->name,
        .family = entry->family,
        .released_ms = entry->released_ms,
        .price_input = entry->price_input,
        .price_output = entry->price_output,
        .context_tokens = entry->context_tokens,
        .input = entry->input,
        .output = entry->output,
        .life = entry->life,
    };
}

static struct bw_model_facts base_facts(const struct bw_succession_input *in)
{
    struct bw_model_facts facts = { .platform = in->platform, .id = in->base };
    if (in->base_entry != NULL) {
        facts = bw_facts_of(in->platform, in->base_entry);
        facts.id = in->base; /* the spelling in use, which may be an alias */
    }
    facts.embeds = in->embeds;
    return facts;
}

static void note_due(struct bw_succession *out, int64_t at_ms, int64_t now_ms)
{
    if (at_ms > now_ms && (out->due_ms == 0 || at_ms < out->due_ms)) {
        out->due_ms = at_ms;
    }
}

static int64_t firm_end_ms(const struct bw_succession_input *in, enum bw_clock clock)
{
    int64_t own_ms = in->tuned_entry == NULL ? 0 : bw_entry_firm_ms(in->tuned_entry, clock);
    int64_t base_ms = in->base_entry == NULL ? 0 : bw_entry_firm_ms(in->base_entry, clock);
    return own_ms != 0 ? own_ms : base_ms;
}

/* Firm ones alone make a swap required. A platform may end tunes on another day than their base. */
static void read_dates(const struct bw_succession_input *in, struct bw_succession *out)
{
    const struct bw_entry *tuned = in->tuned_entry;
    bool of_its_own = tuned != NULL && (tuned->life == BW_LIFE_RETIRED ||
                                        bw_entry_firm_ms(tuned, BW_CLOCK_INFERENCE) != 0);
    const struct bw_entry *ends = of_its_own ? tuned : in->base_entry;
    out->serve_until_ms = firm_end_ms(in, BW_CLOCK_INFERENCE);
    out->train_by_ms = firm_end_ms(in, BW_CLOCK_TRAINING);
    note_due(out, out->serve_until_ms, in->now_ms);
    note_due(out, out->train_by_ms, in->now_ms);
    out->retired = ends != NULL && bw_entry_has_ended(ends, in->now_ms);
}

static bool has_firm_end(const struct bw_succession *out)
{
    return out->retired || out->serve_until_ms != 0;
}

static unsigned kind_of(enum bw_relation relation)
{
    switch (relation) {
    case BW_RELATION_SNAPSHOT:
        return BW_KIND_SNAPSHOT;
    case BW_RELATION_MINOR:
        return BW_KIND_MINOR;
    case BW_RELATION_MAJOR:
    case BW_RELATION_DECLARED:
        return BW_KIND_MAJOR;
    case BW_RELATION_NONE:
    case BW_RELATION_SAME:
    case BW_RELATION_UNORDERED:
        return 0;
    }
    return 0;
}

/* Old enough for the policy; else *out learns when it will be. */
static bool of_age(const struct bw_succession_input *in, const struct bw_offer *offer,
                   struct bw_succession *out)
{
    int64_t since_ms = offer->entry->released_ms != 0 ? offer->entry->released_ms
                                                      : offer->first_seen_ms;
    int64_t from_ms = since_ms + in->policy->min_age_ms;
    note_due(out, in->policy->min_age_ms > 0 ? from_ms : 0, in->now_ms);
    return in->policy->min_age_ms == 0 || from_ms <= in->now_ms;
}

/* May this model be offered as the successor that the judgement calls it? */
static bool eligible(const struct bw_succession_input *in, const struct bw_offer *offer,
                     const struct bw_judgement *judgement, struct bw_succession *out)
{
    if (!offer->listed || bw_entry_has_ended(offer->entry, in->now_ms) ||
        !bw_globs_permit(&in->policy->models, offer->entry->id)) {
        return false;
    }
    const struct bw_date *serve = bw_entry_date(offer->entry, BW_CLOCK_INFERENCE);
    bool successor = judgement->successor ||
                     (judgement->preview_only && (in->policy->previews || has_firm_end(out)));
    if (successor && serve != NULL) {
        note_due(out, serve->at_ms, in->now_ms); /* then it is none any more */
    }
    if (!successor || has_firm_end(out)) {
        return successor;
    }
    return (in->policy->kinds & kind_of(judgement->relation)) != 0 && of_age(in, offer, out);
}

static bool is_pinned(const struct bw_placement *place)
{
    return place->name.stamp != 0 && !place->name.floating;
}

bool bw_succession_prefers(const struct bw_succession_input *in, const struct bw_offer *offer,
                           const struct bw_offer *best)
{
    struct bw_placement places[3]; /* of the base and the two */
    if (best == NULL) {
        return true;
    }
    const struct bw_model_facts facts[] = { base_facts(in),
                                            bw_facts_of(in->platform, offer->entry),
                                            bw_facts_of(in->platform, best->entry) };
    for (size_t i = 0; i < BW_COUNT(facts); i++) {
        bw_placement_of(in->rules, &facts[i], &places[i]);
    }
    const struct bw_placement *a = &places[1];
    const struct bw_placement *b = &places[2];
    bool a_preview = bw_lineage_is_preview(in->rules, &facts[1]);
    bool b_preview = bw_lineage_is_preview(in->rules, &facts[2]);
    if (!in->policy->previews && a_preview != b_preview) {
        return b_preview;
    }
    bool one_version =
        strcmp(a->line, b->line) == 0 && a->version == b->version && a->phase == b->phase;
    if (one_version && is_pinned(a) != is_pinned(b)) {
        return bw_str_equal(offer->entry->id, in->offered) ||
               (!bw_str_equal(best->entry->id, in->offered) &&
                is_pinned(a) == is_pinned(&places[0]));
    }
    int order = bw_placement_order(a, b);
    return order != 0 ? order > 0 : offer->first_seen_ms < best->first_seen_ms;
}

static void find_in_line(const struct bw_succession_input *in, struct bw_succession *out)
{
    struct bw_model_facts base = base_facts(in);
    for (size_t i = 0; i < in->offer_count; i++) {
        const struct bw_offer *offer = &in->offers[i];
        struct bw_model_facts facts = bw_facts_of(in->platform, offer->entry);
        struct bw_judgement judgement = { 0 };
        bw_lineage_judge(in->rules, &base, &facts, &judgement);
        bool outranks = out->candidate == NULL || judgement.via < out->via ||
                        (judgement.via == out->via &&
                         bw_succession_prefers(in, offer, out->candidate));
        if (eligible(in, offer, &judgement, out) && outranks) {
            out->candidate = offer;
            out->relation = judgement.relation;
            out->via = judgement.via;
            (void)memcpy(out->why, judgement.why, sizeof(out->why));
        }
    }
}

static const struct bw_offer *offer_called(const struct bw_succession_input *in, const char *id)
{
    for (size_t i = 0; i < in->offer_count; i++) {
        if (bw_str_equal(in->offers[i].entry->id, id)) {
            return &in->offers[i];
        }
    }
    return NULL;
}

static bool find_declared(void *context, const char *id, struct bw_declared *out)
{
    const struct bw_succession_input *in = context;
    const struct bw_offer *offer = offer_called(in, id);
    const struct bw_entry *entry = bw_str_equal(id, in->base) ? in->base_entry
                                   : offer != NULL            ? offer->entry
                                                              : NULL;
    if (entry == NULL) {
        return false;
    }
    *out = (struct bw_declared){
        .replacement = entry->replacement,
        .retired = bw_entry_has_ended(entry, in->now_ms),
        .released_ms = entry->released_ms,
    };
    return true;
}

/* The platform's own word outranks the line, as long as it leads to a model that is listed. */
static void find_replacement(const struct bw_succession_input *in, struct bw_succession *out)
{
    struct bw_followed followed = bw_replacement_follow(in->base, find_declared, (void *)in);
    const struct bw_offer *offer =
        followed.outcome == BW_FOLLOW_LIVE ? offer_called(in, followed.end) : NULL;
    const struct bw_judgement declared = { .successor = true, .relation = BW_RELATION_DECLARED };
    if (offer == NULL || !eligible(in, offer, &declared, out)) {
        return;
    }
    out->candidate = offer;
    out->relation = BW_RELATION_DECLARED;
    out->via = BW_VIA_DECLARED;
    struct bw_str why = { 0 };
    bw_str_appendf(&why, "the platform names %s as its replacement%s", followed.end,
                   followed.hops > 1 ? ", through models that end themselves" : "");
    (void)strncpy(out->why, why.text, sizeof(out->why) - 1);
    bw_str_clear(&why);
}

void bw_succession_find(const struct bw_succession_input *in, struct bw_succession *out)
{
    *out = (struct bw_succession){ 0 };
    read_dates(in, out);
    find_in_line(in, out);
    if (out->via != BW_VIA_OVERRIDE && in->base_entry != NULL &&
        in->base_entry->replacement != NULL) {
        find_replacement(in, out);
    }
}
