/* daemon/cli/cmd_backup.h: `basewatch backup`. Here is how it is called; daemon/cli/backup is what
 * it does, for it links SQLite. */
#ifndef BW_CLI_CMD_BACKUP_H
#define BW_CLI_CMD_BACKUP_H
#include "cli/command.h"

struct bw_backup_call {
    struct bw_common common;
    const char *config;
    const char *state_dir;
};

extern const struct bw_cmd bw_backup_cmd;
#endif
