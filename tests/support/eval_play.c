#include "support/eval_play.h"

struct player *p;

void begin_with(const char *fleet)
{
    p = player_new_on_disk(fleet);
    player_list(p, "openai", "gpt-5-mini\ngpt-5\no3\n");
    player_pass(p, BW_HOUR_MS);
}

void begin(void)
{
    begin_with(FLEET);
}

void end(void)
{
    player_free(p);
}

void restart_with(const char *fleet)
{
    player_free(p);
    begin_with(fleet);
}

void release(const char *more)
{
    BW_CLEANUP(bw_freep) char *list = bw_xasprintf("gpt-5-mini\ngpt-5\no3\n%s", more);
    player_list(p, "openai", list);
    player_pass(p, 7 * BW_HOUR_MS);
}

const char *notice(const char *name)
{
    return player_field(p, "/v1/notices?deployment=a&state=live", name);
}

const char *job(int id, const char *name)
{
    char target[40];
    (void)snprintf(target, sizeof(target), "/v1/evals/%d", id);
    return player_field(p, target, name);
}

const char *said(const char *member)
{
    static char text[600];
    struct bw_error err = { 0 };
    BW_CLEANUP(bw_json_freep) struct bw_json *eval = NULL;
    BW_CLEANUP(bw_freep) char *row = bw_xstrdup(notice("eval"));
    if (bw_json_parse(row, strlen(row), &eval, &err) != BW_OK) {
        return "(none)";
    }
    (void)snprintf(text, sizeof(text), "%s", bw_json_text(bw_json_get(eval, member), ""));
    return text;
}

void post(const char *target, const char *body, int status)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *answer = player_ask(p, "POST", target, body);
    BW_CLEANUP(bw_freep) char *text = bw_json_print(answer);
    cr_expect(eq(int, p->status, status), "%s %s: %s", target, body, text);
}

void act(const char *action)
{
    BW_CLEANUP(bw_freep) char *target = bw_xasprintf("/v1/notices/%s/%s", notice("id"), action);
    post(target, "{\"reason\":\"so\"}", 200);
}

struct lease lease_of(const struct bw_json *answer)
{
    struct lease lease = { 0 };
    const struct bw_json *given = bw_json_get(answer, "job");
    BW_CLEANUP(bw_freep) char *models = bw_json_print(bw_json_get(given, "models"));
    lease.id = (int)bw_json_i64(bw_json_get(given, "id"), 0);
    (void)snprintf(lease.token, sizeof(lease.token), "%s",
                   bw_json_text(bw_json_get(given, "token"), ""));
    (void)snprintf(lease.models, sizeof(lease.models), "%s", models == NULL ? "" : models);
    return lease;
}

struct lease take(void)
{
    BW_CLEANUP(bw_json_freep)
    struct bw_json *answer = player_ask(p, "POST", "/v1/evals/lease", LEASE);
    cr_assert(eq(int, p->status, 200));
    return lease_of(answer);
}

void speak(const struct lease *lease, const char *verb, const char *members, int status)
{
    BW_CLEANUP(bw_freep) char *target = bw_xasprintf("/v1/evals/%d/%s", lease->id, verb);
    BW_CLEANUP(bw_freep) char *body = bw_xasprintf("{\"token\":\"%s\"%s}", lease->token, members);
    post(target, body, status);
}

void report(const struct lease *lease, const char *results)
{
    BW_CLEANUP(bw_freep)
    char *members = bw_xasprintf(",\"outcome\":\"finished\",\"results\":%s", results);
    speak(lease, "report", members, 200);
}
