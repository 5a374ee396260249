/* daemon/domain/train_on.c: see train_on.h. */
#include "domain/train_on.h"

#include "domain/route.h"

static bool may_take_over(const struct bw_succession_input *in, const struct bw_offer *offer)
{
    struct bw_model_facts base = { .platform = in->platform, .id = in->base };
    if (in->base_entry != NULL) {
        base = bw_facts_of(in->platform, in->base_entry);
    }
    struct bw_model_facts facts = bw_facts_of(in->platform, offer->entry);
    struct bw_judgement judgement = { 0 };
    bw_lineage_judge(in->rules, &base, &facts, &judgement);
    return offer->listed && judgement.successor &&
           bw_globs_permit(&in->policy->models, offer->entry->id);
}

struct bw_train_on bw_train_on_find(const struct bw_succession_input *in,
                                    const struct bw_price_book *book, const char *method)
{
    const struct bw_entry only_named = { .id = (char *)in->base };
    const struct bw_entry *base = in->base_entry == NULL ? &only_named : in->base_entry;
    const struct bw_offer *newest = NULL;
    struct bw_train_on best = { 0 };
    int64_t until_ms = 0;
    if (bw_route_may_train(book, in->platform, base, method, in->now_ms, &until_ms)) {
        best = (struct bw_train_on){ in->base, until_ms };
    }
    for (size_t i = 0; i < in->offer_count; i++) {
        const struct bw_offer *offer = &in->offers[i];
        if (may_take_over(in, offer) && bw_succession_prefers(in, offer, newest) &&
            bw_route_may_train(book, in->platform, offer->entry, method, in->now_ms, &until_ms)) {
            newest = offer;
            best = (struct bw_train_on){ offer->entry->id, until_ms };
        }
    }
    return best;
}
