/* daemon/engine/read_answers.c: the commands that answer a question about one deployment: why it is
 * in its state, and what to change. */
#include <string.h>

#include "base/str.h"
#include "codec/estimate_json.h"
#include "domain/lineage.h"
#include "domain/replacement.h"
#include "domain/succession.h"
#include "domain/swap.h"
#include "domain/swap_breaks.h"
#include "engine/dated.h"
#include "engine/rows.h"
#include "engine/subject.h"

static void explain_base(struct bw_call *call, const struct bw_subject *subject)
{
    const struct bw_deployment *deployment = &subject->member.deployment;
    const struct bw_cohort *cohort = &subject->cohort;
    const struct bw_model *base = &subject->pricing.base;
    char day[BW_INSTANT_TEXT];
    char seen[BW_INSTANT_TEXT];
    bw_call_line(call, "%s is %s on %s, owned by %s; it calls %s", deployment->name,
                 bw_technique_word(deployment->technique), deployment->platform,
                 deployment->owner[0] == '\0' ? "nobody" : deployment->owner,
                 deployment->model == NULL ? deployment->match : deployment->model);
    if (base->entry.id == NULL) {
        bw_call_line(call, "its base %s has never been listed by this platform", cohort->base);
        return;
    }
    bw_call_line(call, "its base %s is of lineage %s, released %s, first seen %s%s", cohort->base,
                 cohort->lineage[0] == '\0' ? "(cannot be placed)" : cohort->lineage,
                 base->entry.released_ms == 0
                     ? "on a day not known"
                     : bw_instant_format_day(base->entry.released_ms, day),
                 bw_instant_format_day(base->first_seen_ms, seen),
                 base->gone_ms == 0 ? "" : ", no longer listed");
}

/* The platform's word next to ours: how far apart the two models are in line and price. */
static void explain_distance(struct bw_call *call, const struct bw_cohort *cohort,
                             const struct bw_entry *base, const struct bw_entry *other)
{
    char line[BW_LINEAGE_TEXT];
    struct bw_model_facts facts = bw_facts_of(cohort->platform, other);
    (void)bw_lineage_key(call->engine->rules, &facts, line, sizeof(line));
    if (strcmp(line, cohort->lineage) != 0) {
        bw_call_line(call, "  that is another line: %s, not %s",
                     line[0] == '\0' ? "one that cannot be placed" : line, cohort->lineage);
    }
    if (base->price_input.known && other->price_input.known) {
        bw_call_line(call, "  its input costs $%g per million tokens, that of %s $%g",
                     bw_money_usd(other->price_input.per_million), base->id,
                     bw_money_usd(base->price_input.per_million));
    }
}

struct chain { /* of declared replacements, read from the store link by link */
    struct bw_call *call;
    const struct bw_cohort *cohort;
    struct bw_models read;
};

static void chain_clear(struct chain *chain)
{
    bw_models_clear(&chain->read);
}

static bool find_link(void *context, const char *id, struct bw_declared *out)
{
    struct chain *chain = context;
    struct bw_model model = { 0 };
    const struct bw_engine *engine = chain->call->engine;
    if (bw_models_get(engine->db, chain->cohort->platform, chain->cohort->scope, id, &model,
                      NULL) != BW_OK) {
        return false;
    }
    *out = (struct bw_declared){
        .replacement = model.entry.replacement,
        .retired = bw_entry_has_ended(&model.entry, engine->now_ms),
        .released_ms = model.entry.released_ms,
    };
    BW_VEC_PUSH(&chain->read, model); /* what out borrows from lives until the chain is done */
    return true;
}

/* Advice that leads nowhere is reported, since it is not followed. */
static void explain_dead_advice(struct bw_call *call, const struct bw_cohort *cohort)
{
    BW_CLEANUP(chain_clear) struct chain chain = { .call = call, .cohort = cohort };
    struct bw_followed followed = bw_replacement_follow(cohort->base, find_link, &chain);
    switch (followed.outcome) {
    case BW_FOLLOW_NONE:
    case BW_FOLLOW_LIVE:
        break;
    case BW_FOLLOW_DEAD_END:
        bw_call_line(call, "  it is not followed: %s has ended too, and names none",
                     followed.end);
        break;
    case BW_FOLLOW_CYCLE:
        bw_call_line(call, "  it is not followed: the advice runs in a circle at %s",
                     followed.end);
        break;
    case BW_FOLLOW_OLDER:
        bw_call_line(call, "  it is not followed: %s is older than what it replaces",
                     followed.end);
        break;
    }
}

static enum bw_err explain_declared(struct bw_call *call, const struct bw_subject *subject,
                                    struct bw_error *err)
{
    BW_CLEANUP(bw_declarations_clear) struct bw_declarations said = { 0 };
    const struct bw_cohort *cohort = &subject->cohort;
    enum bw_err rc = bw_declared_list(call->engine->db, cohort->platform, cohort->scope,
                                      cohort->base, &said, err);
    BW_VEC_EACH(const struct bw_declaration, one, &said)
    {
        BW_CLEANUP(bw_model_clear) struct bw_model other = { 0 };
        char from[BW_INSTANT_TEXT];
        char to[BW_INSTANT_TEXT];
        bw_call_line(call, "declared replacement: %s, since %s%s%s, by %s", one->replacement,
                     bw_instant_format_day(one->said_ms, from),
                     one->withdrawn_ms == 0 ? "" : " until ",
                     one->withdrawn_ms == 0 ? "" : bw_instant_format_day(one->withdrawn_ms, to),
                     one->sources);
        if (rc == BW_OK && one->withdrawn_ms == 0) {
            rc = bw_models_get(call->engine->db, cohort->platform, cohort->scope,
                               one->replacement, &other, err);
            if (rc == BW_OK) {
                explain_distance(call, cohort, &subject->pricing.base.entry, &other.entry);
            } else if (rc == BW_ERR_NOTFOUND) {
                bw_call_line(call, "  this platform does not list it, so it is not offered");
                rc = BW_OK;
            }
            explain_dead_advice(call, cohort);
        }
    }
    return rc;
}

static void explain_state(struct bw_call *call, const struct bw_cohort *cohort)
{
    char day[BW_INSTANT_TEXT];
    bw_call_line(call, "state %s, %s", bw_cohort_state_word(cohort->state),
                 bw_confidence_word(cohort->confidence));
    if (cohort->candidate != NULL) {
        bw_call_line(call, "candidate %s: %s (evidence: %s)", cohort->candidate, cohort->why,
                     cohort->via);
    } else {
        bw_call_line(call, "nothing newer is offered in its line");
    }
    if (cohort->moved != NULL) {
        bw_call_line(call, "what this alias stands for has moved: %s", cohort->moved);
    }
    if (cohort->train_by_ms != 0) {
        bw_call_line(call, "training on it ends before %s",
                     bw_instant_format_day(cohort->train_by_ms, day));
    }
    if (cohort->serve_until_ms != 0) {
        bw_call_line(call, "it answers until %s",
                     bw_instant_format_day(cohort->serve_until_ms, day));
    }
}

static void explain_embedder(struct bw_call *call, const struct bw_cohort *embedder)
{
    char day[BW_INSTANT_TEXT];
    if (embedder->id == 0) {
        return;
    }
    bw_call_line(call, "it embeds with %s on %s, which is %s%s%s", embedder->base,
                 embedder->platform, bw_cohort_state_word(embedder->state),
                 embedder->serve_until_ms == 0 ? "" : " and answers until ",
                 embedder->serve_until_ms == 0
                     ? ""
                     : bw_instant_format_day(embedder->serve_until_ms, day));
    if (embedder->candidate != NULL) {
        bw_call_line(call, "  %s follows: %s; the corpus has to be embedded again",
                     embedder->candidate, embedder->why);
    }
}

static void explain_routes(struct bw_call *call, const struct bw_route_options *options)
{
    BW_VEC_EACH(const struct bw_route_option, option, options)
    {
        bw_call_line(call, "route %s%s%s: %s%s%s", bw_route_word(option->route),
                     option->platform == NULL ? "" : " ",
                     option->platform == NULL ? "" : option->platform,
                     option->feasible ? "possible" : "not possible",
                     option->why == NULL ? "" : "; ", option->why == NULL ? "" : option->why);
    }
}

/* What discovery knows of it, and what it cannot see. */
static enum bw_err explain_findings(struct bw_call *call, const struct bw_subject *subject,
                                    struct bw_error *err)
{
    const struct bw_deployment *deployment = &subject->member.deployment;
    BW_CLEANUP(bw_sources_clear) struct bw_sources sources = { 0 };
    if (deployment->evidence != NULL) {
        bw_call_line(call, "known by %s%s%s", deployment->evidence,
                     deployment->learned == NULL ? "" : "; from it come ",
                     deployment->learned == NULL ? "" : deployment->learned);
    }
    if (deployment->chain != NULL) {
        bw_call_line(call, "it rests on its base by %s", deployment->chain);
    }
    enum bw_err rc = bw_sources_list(call->engine->db, &sources, err);
    BW_VEC_EACH(const struct bw_source, source, &sources)
    {
        BW_CLEANUP(bw_freep) char *text = bw_source_discovery_text(source);
        if (text != NULL && source->discovery != BW_DISCOVERS_OK &&
            strcmp(source->platform, deployment->platform) == 0 &&
            strcmp(source->scope, subject->cohort.scope) == 0) {
            bw_call_line(call, "findings of source %s: %s", source->name, text);
        }
    }
    return rc;
}

static enum bw_err explain_eval(struct bw_call *call, const char *deployment, struct bw_error *err)
{
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job job = { 0 };
    enum bw_err rc = bw_evals_latest(call->engine->db, deployment, &job, err);
    if (rc == BW_OK) {
        bool finished = job.state == BW_JOB_FINISHED;
        bw_call_line(call, "its last eval (%lld, suite %s on %s): %s%s%s", (long long)job.id,
                     job.suite, job.tuned == NULL ? job.candidate : job.tuned,
                     finished ? bw_eval_verdict_word(job.verdict) : bw_job_state_word(job.state),
                     job.reason[0] == '\0' ? "" : ": ", job.reason);
    }
    return rc == BW_ERR_NOTFOUND ? BW_OK : rc;
}

enum bw_err bw_api_explain(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_subject_clear) struct bw_subject subject = { 0 };
    BW_CLEANUP(bw_dated_clear) struct bw_dated dated = { 0 };
    enum bw_err rc = bw_subject_read(call, &subject, err);
    if (rc == BW_OK) {
        rc = bw_dated_subject(call, &subject, &dated, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    const struct bw_cohort *cohort = &subject.cohort;
    struct bw_route_options options = { 0 };
    bw_pricing_routes(&subject.pricing, &options);
    bw_call_begin(call, "explain");
    bw_json_add_text(&call->w, "deployment", subject.member.deployment.name);
    bw_json_add_text(&call->w, "state", bw_cohort_state_word(cohort->state));
    bw_json_add_text(&call->w, "confidence", bw_confidence_word(cohort->confidence));
    bw_json_add_text(&call->w, "base", cohort->base);
    bw_json_add_text(&call->w, "lineage", cohort->lineage);
    bw_json_add_text(&call->w, "candidate", cohort->candidate);
    bw_json_add_text(&call->w, "relation", cohort->relation);
    bw_json_add_text(&call->w, "via", cohort->via);
    bw_json_add_text(&call->w, "why", cohort->why);
    bw_json_add_day(&call->w, "train_by", cohort->train_by_ms);
    bw_json_add_day(&call->w, "serve_until", cohort->serve_until_ms);
    bw_dated_write(&dated);
    bw_routes_write(&call->w, "routes", &options);
    bw_json_array_begin(&call->w, "lines");
    explain_base(call, &subject);
    explain_state(call, cohort);
    bw_dated_tell(&dated);
    rc = explain_declared(call, &subject, err);
    if (rc == BW_OK) {
        rc = explain_findings(call, &subject, err);
    }
    explain_embedder(call, &subject.embedder);
    if (bw_technique_is_tuned(cohort->technique)) {
        explain_routes(call, &options);
    }
    if (rc == BW_OK) {
        rc = explain_eval(call, subject.member.deployment.name, err);
    }
    bw_json_array_end(&call->w);
    bw_call_end(call);
    bw_route_options_clear(&options);
    return rc;
}

/* What a client needs to make the change itself; NULL: nothing. */
static void write_place(struct bw_call *call, const struct bw_place *at)
{
    if (at == NULL) {
        bw_json_add_null(&call->w, "at");
        return;
    }
    bw_json_object_begin(&call->w, "at");
    bw_json_add_text(&call->w, "repo", at->repo);
    bw_json_add_text(&call->w, "file", at->file);
    bw_json_add_i64(&call->w, "line", at->line);
    bw_json_add_text(&call->w, "context", at->context);
    bw_json_object_end(&call->w);
}

static void write_breaks(struct bw_call *call, const struct bw_subject *subject)
{
    BW_CLEANUP(bw_sentences_clear) struct bw_sentences breaks = { 0 };
    bw_swap_breaks(&subject->member.deployment, &subject->pricing.base.entry,
                   &subject->pricing.candidate.entry, &breaks);
    bw_json_array_begin(&call->w, "breaks");
    BW_VEC_EACH(char *const, sentence, &breaks)
    {
        bw_json_add_text(&call->w, NULL, *sentence);
    }
    bw_json_array_end(&call->w);
}

/* What its last eval says of this candidate, and what to do about it. */
static void judge_swap(struct bw_call *call, const struct bw_deployment *deployment,
                       const char *to, const struct bw_eval_job *job)
{
    bool about = bw_str_equal(job->candidate, to);
    bool finished = about && job->state == BW_JOB_FINISHED;
    BW_CLEANUP(bw_freep) char *eval = finished ? bw_eval_brief(job) : NULL;
    if (finished && job->verdict == BW_EVAL_PASS) {
        bw_call_line(call, "its eval %lld has passed, apply the line: %s", (long long)job->id,
                     job->reason);
    } else if (finished && job->verdict == BW_EVAL_FAIL) {
        bw_call_line(call, "its eval %lld has failed, %s is rejected: %s", (long long)job->id, to,
                     job->reason);
    } else if (about && !finished) {
        bw_call_line(call, "its eval %lld is %s", (long long)job->id,
                     bw_job_state_word(job->state));
    } else if (deployment->evals.suite != NULL) {
        bw_call_line(call, "the eval suite %s judges %s: basewatch evals start %s",
                     deployment->evals.suite, to, deployment->name);
    }
    bw_json_array_end(&call->w);
    bw_json_add_raw(&call->w, "eval", eval);
}

enum bw_err bw_api_swap(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_subject_clear) struct bw_subject subject = { 0 };
    BW_CLEANUP(bw_freep) char *diff = NULL;
    BW_CLEANUP(bw_freep) char *words = NULL;
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job job = { 0 };
    enum bw_err rc = bw_subject_read(call, &subject, err);
    if (rc == BW_OK) {
        rc = bw_evals_latest(call->engine->db, subject.member.deployment.name, &job, err);
        rc = rc == BW_ERR_NOTFOUND ? BW_OK : rc;
    }
    if (rc != BW_OK) {
        return rc;
    }
    const struct bw_deployment *deployment = &subject.member.deployment;
    const char *to = subject.pricing.candidate.entry.id;
    if (to == NULL) {
        return bw_fail(err, BW_ERR_CONFLICT, "nothing newer is offered for '%s'",
                       deployment->name);
    }
    if (bw_technique_is_tuned(deployment->technique)) {
        return bw_fail(err, BW_ERR_CONFLICT,
                       "'%s' is fine-tuned: its model is retrained, not swapped; see basewatch "
                       "estimate %s",
                       deployment->name, deployment->name);
    }
    const char *from = deployment->model == NULL ? deployment->base : deployment->model;
    struct bw_error why_not = { 0 };
    bool exact = bw_swap_diff(&deployment->at, from, to, &diff, &why_not) == BW_OK;
    words = bw_swap_words(&deployment->at, from, to);
    bw_call_begin(call, "swap");
    write_place(call, exact ? &deployment->at : NULL);
    bw_json_object_begin(&call->w, "swap");
    bw_json_add_text(&call->w, "from", from);
    bw_json_add_text(&call->w, "to", to);
    bw_json_add_text(&call->w, "diff", exact ? diff : NULL);
    bw_json_object_end(&call->w);
    bw_json_array_begin(&call->w, "lines");
    bw_call_line(call, "%s", words);
    judge_swap(call, deployment, to, &job);
    write_breaks(call, &subject);
    bw_call_end(call);
    return BW_OK;
}
