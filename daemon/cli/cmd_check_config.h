/* daemon/cli/cmd_check_config.h: `basewatch check-config [--explain] [FILE]`. */
#ifndef BW_CLI_CMD_CHECK_CONFIG_H
#define BW_CLI_CMD_CHECK_CONFIG_H

/* argv[0] is the subcommand. Says on stdout that FILE is good, or on stderr all that is wrong, also
 * with the secrets it names (commands are run); what may not be meant is a warning. --explain says
 * what each part will do and which host it talks to, --schema prints the JSON Schema for editors,
 * --options explains every option. Returns the exit code: 0 good, 1 bad, 2 usage. */
int bw_cmd_check_config(int argc, char **argv);
#endif
