/* daemon/cli/front.c: the commands that `basewatch` itself is able to: those that need nothing but a
 * socket and JSON, for they are asked often. What the others link would cost each of them more time
 * than the question. */
#include "cli/cmds.h"

const struct bw_cmd *const bw_cmds[] = { BW_FRONT_CMDS, NULL };

const char *const bw_cmds_elsewhere = "basewatch-offline";
