/* daemon/engine/dated.c: see dated.h. */
#include "engine/dated.h"

#include "base/str.h"
#include "engine/state.h"
#include "engine/subject.h"

static const char *const CLOCK_MEANS[] = {
    [BW_CLOCK_ANNOUNCED] = "announced",
    [BW_CLOCK_TRAINING] = "last day to train",
    [BW_CLOCK_INFERENCE] = "end",
};

static void word_clear(struct bw_dated_word *word)
{
    free(word->model);
    bw_entry_clear(&word->entry);
}

void bw_dated_clear(struct bw_dated *dated)
{
    bw_sources_clear(&dated->sources);
    BW_VEC_CLEAR(&dated->words, word_clear);
}

/* Takes the entry. */
static void add(struct bw_dated *dated, const char *model, struct bw_entry *entry)
{
    BW_VEC_PUSH(&dated->words, (struct bw_dated_word){ bw_xstrdup(model), *entry });
    *entry = (struct bw_entry){ 0 };
}

/* What the sources say of it now; what was known of it when none lists it any more. */
static enum bw_err add_model(struct bw_dated *dated, const struct bw_model *model,
                             struct bw_error *err)
{
    BW_CLEANUP(bw_entry_clear) struct bw_entry entry = { 0 };
    BW_CLEANUP(bw_freep) char *sources = NULL;
    enum bw_err rc = bw_engine_merge(dated->call->engine, model->platform, model->scope,
                                     model->entry.id, NULL, &entry, &sources, err);
    if (rc == BW_ERR_NOTFOUND) {
        entry = bw_entry_copy(&model->entry);
        rc = BW_OK;
    }
    add(dated, model->entry.id, &entry);
    return rc;
}

enum bw_err bw_dated_model(struct bw_call *call, const struct bw_model *model,
                           struct bw_dated *out, struct bw_error *err)
{
    out->call = call;
    enum bw_err rc = bw_sources_list(call->engine->db, &out->sources, err);
    return rc == BW_OK ? add_model(out, model, err) : rc;
}

/* Its own row, and what feeds say of all tunes of its base. */
static enum bw_err add_tune(struct bw_dated *dated, const struct bw_subject *subject,
                            struct bw_error *err)
{
    BW_CLEANUP(bw_model_clear) struct bw_model row = { 0 };
    BW_CLEANUP(bw_entry_clear) struct bw_entry said = { 0 };
    const struct bw_cohort *cohort = &subject->cohort;
    const char *model = subject->member.deployment.model;
    enum bw_err rc = model == NULL ? BW_ERR_NOTFOUND
                                   : bw_models_exact(dated->call->engine->db, cohort->platform,
                                                     cohort->scope, model, &row, err);
    if (rc == BW_OK) {
        rc = add_model(dated, &row, err);
    } else if (rc == BW_ERR_NOTFOUND) {
        rc = BW_OK;
    }
    if (rc == BW_OK) {
        rc = bw_engine_tuned_word(dated->call->engine, cohort, &said, err);
    }
    BW_CLEANUP(bw_freep) char *tunes = bw_xasprintf(BW_TUNES_OF "%s", cohort->base);
    add(dated, tunes, &said);
    return rc;
}

enum bw_err bw_dated_subject(struct bw_call *call, const struct bw_subject *subject,
                             struct bw_dated *out, struct bw_error *err)
{
    const struct bw_model *base = &subject->pricing.base;
    out->call = call;
    enum bw_err rc = bw_sources_list(call->engine->db, &out->sources, err);
    if (rc == BW_OK && bw_technique_is_tuned(subject->cohort.technique)) {
        rc = add_tune(out, subject, err);
    }
    return rc == BW_OK && base->entry.id != NULL ? add_model(out, base, err) : rc;
}

static const char *word_of(const struct bw_dated *dated, const struct bw_date *date)
{
    BW_VEC_EACH(const struct bw_source, source, &dated->sources)
    {
        if (bw_str_equal(source->name, date->source)) {
            switch (source->kind) {
            case BW_SOURCE_OWN:
                return "the platform's own word";
            case BW_SOURCE_LIFECYCLE:
                return "the word of a lifecycle feed";
            case BW_SOURCE_CATALOG:
                return "the word of a catalog feed";
            }
        }
    }
    return "the word of a list that is no more";
}

/* Has a model that comes before this one a firm day on that clock? */
static bool is_settled(const struct bw_dated *dated, const struct bw_dated_word *word,
                       enum bw_clock clock)
{
    const struct bw_dated_word *before = dated->words.items;
    while (before != word && bw_entry_firm_ms(&before->entry, clock) == 0) {
        before++;
    }
    return before != word;
}

/* Why it counts, or does not. Ownership: the caller's. */
static char *why_of(const struct bw_dated *dated, const struct bw_dated_word *word,
                    const struct bw_date *date, bool *counts)
{
    const struct bw_date *best = bw_entry_date(&word->entry, date->clock);
    const char *better = best->source == NULL ? "its own row" : best->source;
    bool settled = is_settled(dated, word, date->clock);
    *counts = date == best && !settled;
    if (date == best) {
        return bw_xasprintf("%s%s", word_of(dated, date),
                            settled ? "; what is said of the fine-tune comes first" : "");
    }
    if (bw_date_contradicts(date, best)) {
        return bw_xasprintf("it contradicts %s, whose word comes first", better);
    }
    return date->at_ms == best->at_ms ? bw_xasprintf("it agrees with %s", better)
                                      : bw_xasprintf("%s says more", better);
}

static void write_date(const struct bw_dated *dated, const struct bw_dated_word *word,
                       const struct bw_date *date)
{
    struct bw_json_writer *w = &dated->call->w;
    bool counts = false;
    BW_CLEANUP(bw_freep) char *why = why_of(dated, word, date, &counts);
    bw_json_object_begin(w, NULL);
    bw_json_add_text(w, "clock", bw_clock_word(date->clock));
    bw_json_add_day(w, "at", date->at_ms);
    bw_json_add_bool(w, "firm", date->certainty == BW_CERTAINTY_FIRM);
    bw_json_add_bool(w, "counts", counts);
    bw_json_add_text(w, "why", why);
    bw_json_add_text(w, "model", word->model);
    bw_json_add_text(w, "source", date->source);
    bw_json_add_text(w, "evidence", date->evidence);
    bw_json_add_time(w, "seen_at", date->seen_ms);
    bw_json_object_end(w);
}

static void tell_date(const struct bw_dated *dated, const struct bw_dated_word *word,
                      const struct bw_date *date)
{
    char day[BW_INSTANT_TEXT];
    char seen[BW_INSTANT_TEXT];
    bool counts = false;
    BW_CLEANUP(bw_freep) char *why = why_of(dated, word, date, &counts);
    bw_call_line(dated->call, "%s of %s: %s%s, says %s%s%s%s%s%s; %s: %s", CLOCK_MEANS[date->clock],
                 word->model, date->certainty == BW_CERTAINTY_FIRM ? "" : "not sooner than ",
                 bw_instant_format_day(date->at_ms, day),
                 date->source == NULL ? "its own row" : date->source,
                 date->evidence == NULL ? "" : " (", date->evidence == NULL ? "" : date->evidence,
                 date->evidence == NULL ? "" : ")",
                 date->seen_ms == 0 ? "" : " since ",
                 date->seen_ms == 0 ? "" : bw_instant_format_day(date->seen_ms, seen),
                 counts ? "it counts" : "it does not count", why);
}

static void each_date(const struct bw_dated *dated,
                      void (*visit)(const struct bw_dated *, const struct bw_dated_word *,
                                    const struct bw_date *))
{
    BW_VEC_EACH(const struct bw_dated_word, word, &dated->words)
    {
        BW_VEC_EACH(const struct bw_date, date, &word->entry.dates)
        {
            visit(dated, word, date);
        }
    }
}

void bw_dated_write(const struct bw_dated *dated)
{
    bw_json_array_begin(&dated->call->w, "dates");
    each_date(dated, write_date);
    bw_json_array_end(&dated->call->w);
}

void bw_dated_tell(const struct bw_dated *dated)
{
    each_date(dated, tell_date);
}
