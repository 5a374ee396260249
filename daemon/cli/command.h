/* daemon/cli/command.h: a command of `basewatch`: how it is called, explained and run. Each lives
 * in its own file cmd_<name>.c, and commands.c lists them all. */
#ifndef BW_CLI_COMMAND_H
#define BW_CLI_COMMAND_H
#include "base/error.h"
#include "cli/option.h"

enum bw_exit {
    BW_EXIT_OK = 0,
    BW_EXIT_FAILED = 1,
    BW_EXIT_USAGE = 2,
    BW_EXIT_NONE = -1, /* nothing has been decided yet */
};

/* A name, what runs it, a usage line and a help line are enough; such a command reads argv itself,
 * where argv[0] is its name. */
struct bw_cmd {
    const char *name;
    int (*run)(int argc, char **argv); /* returns the exit code; NULL: only its subcommands run */
    const char *usage;                 /* what follows "basewatch "; several forms on lines */
    const char *help;                  /* one line, no full stop */
    const struct bw_option *options;   /* begin with BW_COMMON_OPTIONS; NULL: argv is its own */
    int operands_min;
    int operands_max;
    const struct bw_cmd *const *subcommands; /* ended by NULL; NULL: none */
};

/* What every command with an option table understands: the first member of its struct. */
struct bw_common {
    const char *socket;
    bool help;
    bool json;
    bool no_header;
    bool no_color;
};

#define BW_COMMON_OPTIONS                                                                          \
    { "help", NULL, "show this text", offsetof(struct bw_common, help), 'h' },                     \
    {                                                                                              \
        "socket", "PATH", "control socket of the daemon ($BASEWATCH_SOCKET)",                      \
            offsetof(struct bw_common, socket), 0                                                  \
    }
#define BW_JSON_OPTION                                                                             \
    {                                                                                              \
        "json", NULL, "print one JSON document", offsetof(struct bw_common, json), 0               \
    }
#define BW_TABLE_OPTIONS                                                                           \
    { "no-header", NULL, "leave out the titles", offsetof(struct bw_common, no_header), 0 },       \
    {                                                                                              \
        "no-color", NULL, "no colours on a terminal", offsetof(struct bw_common, no_color), 0      \
    }

/* The commands of this program, ended by NULL, and the program that becomes of it for any other
 * (helper.h); NULL: there is no other. */
extern const struct bw_cmd *const bw_cmds[];
extern const char *const bw_cmds_elsewhere;

/* Run a whole command line of `basewatch`. Returns the exit code. */
int bw_cmd_main(int argc, char **argv);

/* First step of a command with an option table: read the options into *values, which begins with a
 * struct bw_common, and leave the operands in argv[1] and on. Returns BW_EXIT_NONE to go on, else
 * the exit code: help was printed, or a complaint. */
int bw_cmd_begin(const struct bw_cmd *cmd, int *argc, char **argv, void *values);

/* Print the help of a command. */
void bw_cmd_help(const struct bw_cmd *cmd);

/* Complain on stderr. Each returns the exit code to end with. */
int bw_cmd_failed(const struct bw_error *err);
int bw_cmd_misused(const struct bw_cmd *cmd, const struct bw_error *err);
#endif
