/* daemon/cli/cmd_backup.c: see cmd_backup.h. */
#include "cli/cmd_backup.h"

#include "cli/helper.h"

static int become_helper(int argc, char **argv);

static const struct bw_option OPTIONS[] = {
    { "help", NULL, "show this text", offsetof(struct bw_common, help), 'h' },
    { "config", "FILE", "the daemon's configuration, which names the state directory",
      offsetof(struct bw_backup_call, config), 0 },
    { "state-dir", "DIR", "where the database is, whatever the configuration says",
      offsetof(struct bw_backup_call, state_dir), 0 },
    { 0 },
};

const struct bw_cmd bw_backup_cmd = {
    .name = "backup",
    .run = become_helper,
    .usage = "backup [--config FILE] [--state-dir DIR] FILE",
    .help = "Copy the database into a new file, while the daemon runs",
    .options = OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
};

static int become_helper(int argc, char **argv)
{
    (void)argc;
    struct bw_error err = { 0 };
    (void)bw_helper_become("basewatch-backup", argv, &err);
    return bw_cmd_failed(&err);
}
