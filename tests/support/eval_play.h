/* tests/support/eval_play.h: a small fleet whose suites are run, for the scenarios of evals: a
 * release comes, somebody acts on the notice, a runner takes the job, speaks and reports. */
#ifndef BW_TESTS_EVAL_PLAY_H
#define BW_TESTS_EVAL_PLAY_H
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "support/player.h"

#define SOURCES                                                                                    \
    "sources:\n"                                                                                   \
    "  - {name: openai, plugin: openai, url: 'https://api.openai.com/v1', every: 6h}\n"            \
    "sinks:\n"                                                                                     \
    "  - {name: ops, plugin: webhook, url: 'https://ops.example/hook', secret: {file: k}}\n"       \
    "  - {name: chat, plugin: slack, url: {file: u}, group: none}\n"
#define PROMPT(name, suite, more)                                                                  \
    "  - {name: " name ", technique: prompt, platform: openai, model: gpt-5-mini,\n"               \
    "     traffic: {calls_per_day: 100, input_tokens: 1000, output_tokens: 500},\n"                \
    "     evals: {suite: " suite ", cases: 100" more "}}\n"
#define FLEET SOURCES "deployments:\n" PROMPT("a", "triage", "")
#define EQ_STR(a, b) cr_expect(eq(str, (char *)(a), (char *)(b)))
#define LEASE "{\"runner\":\"r1\",\"suites\":[\"help\",\"triage\"]}"
#define RUN(role, model, passed, failed)                                                           \
    "{\"role\":\"" role "\",\"model\":\"" model "\",\"cases\":100,\"passed\":" #passed             \
    ",\"failed\":" #failed ",\"errors\":0,\"models_seen\":[\"openai:chat:" model "\"]}"
#define RUNS(passed, failed)                                                                       \
    "[" RUN("baseline", "gpt-5-mini", 90, 10) "," RUN("candidate", "gpt-5.4-mini", passed,         \
                                                      failed) "]"
#define GOOD RUNS(95, 5)
#define BAD RUNS(50, 50)

extern struct player *p; /* of the test that runs */

/* The id and the token of a lease; id 0: there was no job. */
struct lease {
    int id;
    char token[40];
    char models[400];
};

void begin_with(const char *fleet);
void begin(void);
void end(void);
void restart_with(const char *fleet);
void release(const char *more);
const char *notice(const char *name);
const char *job(int id, const char *name);
/* What the notice says of its eval. */
const char *said(const char *member);
void post(const char *target, const char *body, int status);
void act(const char *action);
struct lease lease_of(const struct bw_json *answer);
struct lease take(void);
void speak(const struct lease *lease, const char *verb, const char *members, int status);
void report(const struct lease *lease, const char *results);
#endif
