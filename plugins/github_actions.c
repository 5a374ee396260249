/* plugins/github_actions.c: a suite run by a workflow on GitHub. The workflow is dispatched, its
 * run looked at until it is over, and the report taken out of the artifact that it leaves: all from
 * our side, so that nothing has to reach us. Requests and answers as in GitHub's REST API, version
 * 2022-11-28, with `return_run_details` of 2026. */
#include <string.h>

#include "codec/eval_report.h"
#include "codec/eval_result.h"
#include "github.h"
#include "triggers.h"
#include "unzip.h"

enum {
    REPORT_BYTES_MAX = 256 * 1024,
    RESULT_BYTES_MAX = 8 * 1024 * 1024,
    TITLES_LOOKED_AT = 50,
};

static const char REPORT_FILE[] = "basewatch-report.json";

struct run {
    struct bw_plugin *plugin;
    const struct bw_json *job;
    const char *repository; /* OWNER/NAME */
    const char *workflow;   /* its file, or its number */
    const char *ref;
    const char *artifact;
    const char *result;     /* the format of its files, one a role; NULL: it is a report of ours */
    int64_t id; /* 0: not known */
};

static enum bw_err get_json(const struct run *run, const char *path, struct bw_json **out)
{
    const struct bw_fetch request = bw_github_request("GET", path, NULL);
    return bw_send_for_json(run->plugin, &request, out);
}

/* ---- starting it ---- */

static const char *job_text(const struct run *run, const char *name)
{
    return bw_json_text(bw_json_get(run->job, name), "");
}

static void add_inputs(struct bw_json_writer *w, const struct run *run)
{
    bw_json_object_begin(w, "inputs");
    bw_json_add_text(w, "job_id", job_text(run, "id"));
    bw_json_add_text(w, "notice_id", job_text(run, "notice"));
    bw_json_add_text(w, "suite", job_text(run, "suite"));
    const struct bw_json *model = bw_json_first(bw_json_get(run->job, "models"));
    for (; model != NULL; model = bw_json_next(model)) {
        BW_CLEANUP(bw_freep)
        char *name = bw_xasprintf("%s_model", bw_json_text(bw_json_get(model, "role"), ""));
        bw_json_add_text(w, name, bw_json_text(bw_json_get(model, "model"), ""));
    }
    bw_json_object_end(w);
}

static enum bw_err remember_run(const struct run *run)
{
    BW_CLEANUP(bw_freep) char *memory = bw_xasprintf("{\"run\":%lld}", (long long)run->id);
    return bw_remember(run->plugin, memory);
}

/* Only these say that nothing was started; after any other failure that is not known, and a second
 * run beside the first would be worse than none. */
static enum bw_err judge_dispatch(const struct run *run, const struct bw_response *response)
{
    int status = response->status;
    if (status == 0 || (status >= 500 && status != 503)) {
        return bw_plugin_fail(run->plugin, BW_FAILURE_FINAL,
                              "the dispatch %s%s%s: whether a run was started is not known",
                              status == 0 ? "got no answer" : "failed at the server",
                              response->error == NULL ? "" : ": ",
                              response->error == NULL ? "" : response->error);
    }
    return bw_answered(run->plugin, response);
}

static enum bw_err dispatch(struct run *run)
{
    BW_CLEANUP(bw_freep)
    char *path =
        bw_xasprintf("/repos/%s/actions/workflows/%s/dispatches", run->repository, run->workflow);
    BW_CLEANUP(bw_response_clear) struct bw_response response = { 0 };
    BW_CLEANUP(bw_json_freep) struct bw_json *details = NULL;
    BW_CLEANUP(bw_str_clear) struct bw_str body = { 0 };
    struct bw_json_writer w = { .out = &body };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "ref", run->ref);
    add_inputs(&w, run);
    bw_json_add_bool(&w, "return_run_details", true);
    bw_json_object_end(&w);
    const struct bw_fetch request = bw_github_request("POST", path, body.text);
    enum bw_err rc = bw_fetch(run->plugin, &request, &response);
    if (rc == BW_OK) {
        rc = judge_dispatch(run, &response);
    }
    if (rc == BW_OK && bw_json_parse(response.body, response.body_bytes, &details, NULL) == BW_OK) {
        run->id = bw_json_i64(bw_json_get(details, "workflow_run_id"), 0);
    }
    return rc == BW_OK ? remember_run(run) : rc;
}

/* Of a run whose number was not told (204) the title is known: `basewatch eval N`. */
static enum bw_err find_by_title(struct run *run)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *list = NULL;
    BW_CLEANUP(bw_freep) char *title = bw_xasprintf("basewatch eval %s", job_text(run, "id"));
    BW_CLEANUP(bw_freep)
    char *path = bw_xasprintf("/repos/%s/actions/workflows/%s/runs?event=workflow_dispatch"
                              "&per_page=%d",
                              run->repository, run->workflow, TITLES_LOOKED_AT);
    enum bw_err rc = get_json(run, path, &list);
    const struct bw_json *row = bw_json_first(bw_json_get(list, "workflow_runs"));
    for (; rc == BW_OK && run->id == 0 && row != NULL; row = bw_json_next(row)) {
        if (bw_str_equal(bw_json_text(bw_json_get(row, "display_title"), NULL), title)) {
            run->id = bw_json_i64(bw_json_get(row, "id"), 0);
        }
    }
    return rc == BW_OK && run->id != 0 ? remember_run(run) : rc;
}

/* ---- what it came to ---- */

static enum bw_err remember_report(const struct run *run, const struct bw_eval_report *report)
{
    BW_CLEANUP(bw_str_clear) struct bw_str memory = { 0 };
    struct bw_json_writer w = { .out = &memory };
    bw_json_object_begin(&w, NULL);
    bw_json_add_i64(&w, "run", run->id);
    bw_json_object_begin(&w, "report");
    bw_eval_report_to_json(report, &w);
    bw_json_object_end(&w);
    bw_json_object_end(&w);
    return bw_remember(run->plugin, memory.text);
}

static enum bw_err give_up(const struct run *run, enum bw_eval_outcome outcome, const char *format,
                           ...) BW_PRINTF(3, 4);
static enum bw_err give_up(const struct run *run, enum bw_eval_outcome outcome, const char *format,
                           ...)
{
    va_list args;
    va_start(args, format);
    BW_CLEANUP(bw_eval_report_clear)
    struct bw_eval_report report = { .outcome = outcome, .reason = bw_xvasprintf(format, args) };
    va_end(args);
    return remember_report(run, &report);
}

static enum bw_err read_report(const struct run *run, const struct bw_response *archive,
                               struct bw_eval_report *out, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *text = NULL;
    BW_CLEANUP(bw_json_freep) struct bw_json *json = NULL;
    size_t size = 0;
    enum bw_err rc = bw_unzip(archive->body, archive->body_bytes, REPORT_FILE, REPORT_BYTES_MAX,
                              &text, &size, err);
    if (rc == BW_OK) {
        rc = bw_json_parse(text, size, &json, err);
    }
    if (rc == BW_OK) {
        rc = bw_eval_report_from_json(json, out, err);
    }
    return rc == BW_OK ? rc : bw_error_prefix(err, "artifact '%s': ", run->artifact);
}

/* The harness's own file of one model: candidate.json, or candidate.xml. */
static enum bw_err read_result(const struct bw_json *model, enum bw_eval_format format,
                               const struct bw_response *archive, struct bw_eval_result *out,
                               struct bw_error *err)
{
    static const struct bw_eval_pointers plain;
    BW_CLEANUP(bw_freep) char *text = NULL;
    size_t size = 0;
    const char *role = bw_json_text(bw_json_get(model, "role"), "");
    BW_CLEANUP(bw_freep)
    char *name = bw_xasprintf("%s.%s", role, format == BW_EVAL_JUNIT ? "xml" : "json");
    out->model = bw_xstrdup(bw_json_text(bw_json_get(model, "model"), ""));
    (void)bw_eval_role_parse(role, &out->role);
    enum bw_err rc = bw_unzip(archive->body, archive->body_bytes, name, RESULT_BYTES_MAX, &text,
                              &size, err);
    if (rc == BW_OK) {
        rc = bw_eval_result_read(format, &plain, text, size, out, err);
    }
    return rc == BW_OK ? rc : bw_error_prefix(err, "%s: ", name);
}

static enum bw_err read_results(const struct run *run, const struct bw_response *archive,
                                struct bw_eval_report *out, struct bw_error *err)
{
    enum bw_eval_format format = BW_EVAL_PROMPTFOO;
    enum bw_err rc = BW_OK;
    (void)bw_eval_format_parse(run->result, &format);
    const struct bw_json *model = bw_json_first(bw_json_get(run->job, "models"));
    for (; rc == BW_OK && model != NULL; model = bw_json_next(model)) {
        struct bw_eval_result result = { 0 };
        rc = read_result(model, format, archive, &result, err);
        BW_VEC_PUSH(&out->results, result);
    }
    out->outcome = BW_EVAL_FINISHED;
    out->rule = BW_EVAL_RULE;
    return rc == BW_OK ? rc : bw_error_prefix(err, "artifact '%s': ", run->artifact);
}

static enum bw_err fetch_report(const struct run *run, int64_t artifact)
{
    BW_CLEANUP(bw_response_clear) struct bw_response archive = { 0 };
    BW_CLEANUP(bw_eval_report_clear) struct bw_eval_report report = { 0 };
    BW_CLEANUP(bw_freep)
    char *path =
        bw_xasprintf("/repos/%s/actions/artifacts/%lld/zip", run->repository, (long long)artifact);
    struct bw_error err = { 0 };
    struct bw_fetch request = bw_github_request("GET", path, NULL);
    request.elsewhere = true;
    enum bw_err rc = bw_send(run->plugin, &request, &archive);
    if (rc != BW_OK) {
        return rc;
    }
    rc = run->result == NULL ? read_report(run, &archive, &report, &err)
                             : read_results(run, &archive, &report, &err);
    return rc == BW_OK
               ? remember_report(run, &report)
               : give_up(run, BW_EVAL_FAILED, "%s", err.text);
}

/* A workflow fails where cases fail, so both ends are read; what counts stands in the report. */
static enum bw_err take_artifact(const struct run *run, const char *conclusion)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *list = NULL;
    BW_CLEANUP(bw_str_clear) struct bw_str path = { 0 };
    bw_str_appendf(&path, "/repos/%s/actions/runs/%lld/artifacts?name=", run->repository,
                   (long long)run->id);
    bw_str_append_url(&path, run->artifact);
    enum bw_err rc = get_json(run, path.text, &list);
    if (rc != BW_OK) {
        return rc;
    }
    const struct bw_json *first = bw_json_first(bw_json_get(list, "artifacts"));
    int64_t id = bw_json_i64(bw_json_get(first, "id"), 0);
    if (id == 0 || bw_json_bool(bw_json_get(first, "expired"), false)) {
        return give_up(run, BW_EVAL_FAILED, "run %lld ended with %s and left no artifact '%s'",
                       (long long)run->id, conclusion, run->artifact);
    }
    return fetch_report(run, id);
}

static enum bw_err look(const struct run *run)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *state = NULL;
    BW_CLEANUP(bw_freep)
    char *path = bw_xasprintf("/repos/%s/actions/runs/%lld", run->repository, (long long)run->id);
    enum bw_err rc = get_json(run, path, &state);
    if (rc != BW_OK || strcmp(bw_json_text(bw_json_get(state, "status"), ""), "completed") != 0) {
        return rc;
    }
    const char *conclusion = bw_json_text(bw_json_get(state, "conclusion"), "nothing");
    if (strcmp(conclusion, "success") == 0 || strcmp(conclusion, "failure") == 0) {
        return take_artifact(run, conclusion);
    }
    bool late = strcmp(conclusion, "timed_out") == 0;
    return give_up(run, late ? BW_EVAL_TIMED_OUT : BW_EVAL_FAILED, "run %lld ended with %s",
                   (long long)run->id, conclusion);
}

/* ---- the conversation ---- */

static bool is_part(const char *text)
{
    return text[0] != '\0' && strpbrk(text, "?#% \\") == NULL && strstr(text, "..") == NULL;
}

static enum bw_err trigger(struct bw_plugin *plugin)
{
    const struct bw_json *known = bw_json_get(plugin->message->memory, "run");
    struct run run = {
        .plugin = plugin,
        .job = bw_json_get(plugin->message->event, "job"),
        .repository = bw_setting(plugin, "repository", ""),
        .workflow = bw_setting(plugin, "workflow", ""),
        .ref = bw_setting(plugin, "ref", "main"),
        .artifact = bw_setting(plugin, "artifact", "basewatch-report"),
        .result = bw_setting(plugin, "result", NULL),
        .id = bw_json_i64(known, 0),
    };
    const char *name = strchr(run.repository, '/');
    if (!is_part(run.repository) || name == NULL || strchr(name + 1, '/') != NULL ||
        !is_part(run.workflow) || strchr(run.workflow, '/') != NULL) {
        return bw_plugin_fail(plugin, BW_FAILURE_FINAL,
                              "settings: give repository: OWNER/NAME, and workflow: FILE.yml");
    }
    enum bw_eval_format format = BW_EVAL_PROMPTFOO;
    if (run.result != NULL && !bw_eval_format_parse(run.result, &format)) {
        return bw_plugin_fail(plugin, BW_FAILURE_FINAL,
                              "settings: result is promptfoo, junit or json");
    }
    enum bw_err rc = known == NULL ? dispatch(&run) : BW_OK;
    if (rc == BW_OK && known != NULL && run.id == 0) {
        rc = find_by_title(&run);
    }
    return rc == BW_OK && known != NULL && run.id != 0 ? look(&run) : rc;
}

static const struct bw_plugin_setting SETTINGS[] = {
    { "repository", "string", "OWNER/NAME of the repository" },
    { "workflow", "string", "file name of the workflow, with the trigger workflow_dispatch" },
    { "ref", "string", "branch or tag that is run; default: main" },
    { "artifact", "string", "what the workflow uploads; default: basewatch-report" },
    { "result", "string", "promptfoo, junit or json: the artifact holds the harness's own files, "
                          "baseline.json, candidate.json and tuned.json (junit: .xml); default: "
                          "a basewatch-report.json" },
    { 0 },
};
const struct bw_plugin_descriptor bw_github_actions = { .name = "github-actions",
                                                        .settings = SETTINGS,
                                                        .trigger = trigger };
