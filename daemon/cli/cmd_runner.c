/* daemon/cli/cmd_runner.c: see cmd_runner.h. */
#include "cli/cmd_runner.h"

#include "cli/helper.h"

static int become_helper(int argc, char **argv);

static const struct bw_option OPTIONS[] = {
    { "suites", "DIR", "the folder of suites (default: /etc/basewatch/runner.d)",
      offsetof(struct bw_runner_call, folder), 0 },
    { "name", "NAME", "what the daemon knows it by (default: the name of this machine)",
      offsetof(struct bw_runner_call, name), 0 },
    { "check", NULL, "only read the suites, and say what they are",
      offsetof(struct bw_runner_call, check), 0 },
    { "options", NULL, "only say what every option of a suite means",
      offsetof(struct bw_runner_call, options), 0 },
    { "schema", NULL, "only print a JSON Schema of the folder's files, for editors",
      offsetof(struct bw_runner_call, schema), 0 },
    BW_COMMON_OPTIONS,
    { 0 },
};

const struct bw_cmd bw_runner_cmd = {
    .name = "runner",
    .run = become_helper,
    .usage = "runner [--suites DIR] [--name NAME] [--socket PATH]\n"
             "runner --check [--suites DIR]\n"
             "runner --options | --schema",
    .help = "Run the suites that judge a candidate, as the daemon asks and runner.d allows",
    .options = OPTIONS,
};

static int become_helper(int argc, char **argv)
{
    (void)argc;
    struct bw_error err = { 0 };
    (void)bw_helper_become("basewatch-runner", argv, &err);
    return bw_cmd_failed(&err);
}
