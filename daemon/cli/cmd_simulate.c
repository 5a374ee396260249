/* daemon/cli/cmd_simulate.c: see cmd_simulate.h. */
#include "cli/cmd_simulate.h"

#include "cli/helper.h"

static int become_helper(int argc, char **argv);

static const struct bw_option OPTIONS[] = {
    { "help", NULL, "show this text", offsetof(struct bw_common, help), 'h' },
    BW_JSON_OPTION,
    { "release", "ID", "a model that ships today", offsetof(struct bw_simulate_call, release), 0 },
    { "platform", "PLATFORM", "where it ships, or where the model ends",
      offsetof(struct bw_simulate_call, platform), 0 },
    { "like", "MODEL", "it has the prices, sizes and abilities of that one",
      offsetof(struct bw_simulate_call, like), 0 },
    { "shutdown", "MODEL=DATE", "a model that is announced to end on that day",
      offsetof(struct bw_simulate_call, shutdown), 0 },
    { "config", "FILE", "the daemon's configuration", offsetof(struct bw_simulate_call, config),
      0 },
    { "state-dir", "DIR", "where the database is, whatever the configuration says",
      offsetof(struct bw_simulate_call, state_dir), 0 },
    { 0 },
};

const struct bw_cmd bw_simulate_cmd = {
    .name = "simulate",
    .run = become_helper,
    .usage = "simulate --release ID --platform PLATFORM [--like MODEL] [--json]\n"
             "simulate --shutdown MODEL=DATE [--platform PLATFORM] [--json]",
    .help = "Say what would follow if a model shipped today, or was to end, without writing "
            "anything",
    .options = OPTIONS,
};

static int become_helper(int argc, char **argv)
{
    (void)argc;
    struct bw_error err = { 0 };
    (void)bw_helper_become("basewatch-simulate", argv, &err);
    return bw_cmd_failed(&err);
}
