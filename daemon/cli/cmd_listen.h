/* daemon/cli/cmd_listen.h: `basewatch listen`: a receiver that verifies and prints webhooks. */
#ifndef BW_CLI_CMD_LISTEN_H
#define BW_CLI_CMD_LISTEN_H

/* argv[0] is the subcommand. A line on stdout for each message that is genuine, why on stderr for
 * each that is not. Returns the exit code: 0 after SIGTERM, SIGINT or --count messages, 1 when it
 * cannot listen or read the secret, 2 usage. */
int bw_cmd_listen(int argc, char **argv);
#endif
