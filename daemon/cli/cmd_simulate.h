/* daemon/cli/cmd_simulate.h: `basewatch simulate`. Here is how it is called; daemon/cli/simulate is
 * what it does, for it links the engine. */
#ifndef BW_CLI_CMD_SIMULATE_H
#define BW_CLI_CMD_SIMULATE_H
#include "cli/command.h"

struct bw_simulate_call {
    struct bw_common common; /* --json */
    const char *release;
    const char *platform;
    const char *like;
    const char *shutdown;
    const char *config;
    const char *state_dir;
};

extern const struct bw_cmd bw_simulate_cmd;
#endif
