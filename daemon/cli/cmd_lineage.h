/* daemon/cli/cmd_lineage.h: `basewatch lineage`: what follows what, and why. Needs no daemon. */
#ifndef BW_CLI_CMD_LINEAGE_H
#define BW_CLI_CMD_LINEAGE_H

/* argv[0] is "lineage". Returns the exit status: 0; 1 when vectors fail; 2 for a bad call or input.
 */
int bw_cmd_lineage(int argc, char **argv);
#endif
