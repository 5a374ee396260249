/* daemon/cli/command.c: see command.h. */
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

#include "cli/client.h"
#include "cli/helper.h"
#include "cli/text.h"

enum { COMMANDS_MAX = 64 };

struct global {
    struct bw_common common;
    bool version;
};

static const struct bw_option GLOBAL_OPTIONS[] = {
    BW_COMMON_OPTIONS,
    { "version", NULL, "print the version", offsetof(struct global, version), 'V' },
    { 0 },
};

static const struct bw_cmd *find(const struct bw_cmd *const *cmds, const char *name);
static int become_other(char **argv);
static int dispatch(const struct bw_cmd *const *cmds, const char *before, int argc, char **argv);
static int help_on(int argc, char **argv);
static int say_usage(void);

int bw_cmd_main(int argc, char **argv)
{
    int words = 1; /* the options before the command's name are ours */
    while (words < argc && argv[words][0] == '-') {
        words += strcmp(argv[words], "--socket") == 0 && words + 1 < argc ? 2 : 1;
    }
    if (bw_cmds_elsewhere != NULL && (words == argc || find(bw_cmds, argv[words]) == NULL)) {
        return become_other(argv);
    }
    struct global global = { 0 };
    struct bw_error err = { 0 };
    int ours = words;
    if (bw_option_parse(GLOBAL_OPTIONS, &ours, argv, &global, &err) != BW_OK) {
        (void)bw_cmd_failed(&err);
        return BW_EXIT_USAGE;
    }
    if (global.common.socket != NULL) {
        bw_client_set_socket(global.common.socket);
    }
    if (global.version) {
        (void)puts("basewatch " BW_VERSION);
        return BW_EXIT_OK;
    }
    if (global.common.help) {
        return say_usage();
    }
    if (words == argc) {
        (void)fputs("error: no command is named; see 'basewatch --help'\n", stderr);
        return BW_EXIT_USAGE;
    }
    if (strcmp(argv[words], "help") == 0) {
        return help_on(argc - words, argv + words);
    }
    return dispatch(bw_cmds, "", argc - words, argv + words);
}

static int become_other(char **argv)
{
    struct bw_error err = { 0 };
    (void)bw_helper_become(bw_cmds_elsewhere, argv, &err);
    return bw_cmd_failed(&err);
}

static const struct bw_cmd *find(const struct bw_cmd *const *cmds, const char *name)
{
    for (; *cmds != NULL; cmds++) {
        if (strcmp((*cmds)->name, name) == 0) {
            return *cmds;
        }
    }
    return NULL;
}

static int unknown(const struct bw_cmd *const *cmds, const char *before, const char *name)
{
    const char *names[COMMANDS_MAX + 1] = { NULL };
    for (size_t i = 0; i < COMMANDS_MAX && cmds[i] != NULL; i++) {
        names[i] = cmds[i]->name;
    }
    const char *nearest = bw_str_nearest(name, names);
    struct bw_error err = { 0 };
    if (nearest != NULL) {
        (void)bw_fail(&err, BW_ERR_INVALID, "unknown command '%s%.60s'; did you mean '%s%s'?",
                      before, name, before, nearest);
    } else {
        (void)bw_fail(&err, BW_ERR_INVALID, "unknown command '%s%.60s'; see 'basewatch %s--help'",
                      before, name, before);
    }
    (void)bw_cmd_failed(&err);
    return BW_EXIT_USAGE;
}

static bool asks_for_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int dispatch(const struct bw_cmd *const *cmds, const char *before, int argc, char **argv)
{
    const struct bw_cmd *cmd = find(cmds, argv[0]);
    if (cmd == NULL) {
        return unknown(cmds, before, argv[0]);
    }
    if (cmd->subcommands != NULL && argc > 1 && argv[1][0] != '-') {
        /* Where an operand is possible, a word that is no subcommand is one. */
        if (cmd->operands_max == 0 || find(cmd->subcommands, argv[1]) != NULL) {
            BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s%s ", before, cmd->name);
            return dispatch(cmd->subcommands, path, argc - 1, argv + 1);
        }
    }
    if (cmd->options == NULL && argc > 1 && asks_for_help(argv[1])) { /* it reads argv itself */
        bw_cmd_help(cmd);
        return BW_EXIT_OK;
    }
    if (cmd->run == NULL) {
        (void)fprintf(stderr, "error: '%s%s' needs a subcommand; see 'basewatch %s%s --help'\n",
                      before, cmd->name, before, cmd->name);
        return BW_EXIT_USAGE;
    }
    return cmd->run(argc, argv);
}

int bw_cmd_begin(const struct bw_cmd *cmd, int *argc, char **argv, void *values)
{
    struct bw_common *common = values;
    struct bw_error err = { 0 };
    if (bw_option_parse(cmd->options, argc, argv, values, &err) != BW_OK) {
        return bw_cmd_misused(cmd, &err);
    }
    if (common->help) {
        bw_cmd_help(cmd);
        return BW_EXIT_OK;
    }
    if (common->socket != NULL) {
        bw_client_set_socket(common->socket);
    }
    int operands = *argc - 1;
    if (operands < cmd->operands_min) {
        (void)bw_fail(&err, BW_ERR_INVALID, "an argument is missing");
        return bw_cmd_misused(cmd, &err);
    }
    if (operands > cmd->operands_max) {
        (void)bw_fail(&err, BW_ERR_INVALID, "unexpected argument '%.60s'",
                      argv[cmd->operands_max + 1]);
        return bw_cmd_misused(cmd, &err);
    }
    return BW_EXIT_NONE;
}

int bw_cmd_failed(const struct bw_error *err)
{
    BW_CLEANUP(bw_freep)
    char *line =
        bw_xasprintf("error: %s", err->text[0] != '\0' ? err->text : bw_err_text(err->code));
    bw_text_print(stderr, line);
    return BW_EXIT_FAILED;
}

int bw_cmd_misused(const struct bw_cmd *cmd, const struct bw_error *err)
{
    (void)bw_cmd_failed(err);
    (void)fprintf(stderr, "usage: basewatch %.*s\n", (int)strcspn(cmd->usage, "\n"), cmd->usage);
    return BW_EXIT_USAGE;
}

static void list_commands(const struct bw_cmd *const *cmds)
{
    for (; *cmds != NULL; cmds++) {
        (void)printf("  %-14s  %s\n", (*cmds)->name, (*cmds)->help);
    }
}

void bw_cmd_help(const struct bw_cmd *cmd)
{
    for (const char *at = cmd->usage; at != NULL; at = strchr(at, '\n')) {
        at += *at == '\n' ? 1 : 0;
        (void)printf("%s basewatch %.*s\n", at == cmd->usage ? "Usage:" : "      ",
                     (int)strcspn(at, "\n"), at);
    }
    (void)printf("\n%s.\n", cmd->help);
    if (cmd->subcommands != NULL) {
        (void)puts("\nSubcommands:");
        list_commands(cmd->subcommands);
    }
    if (cmd->options != NULL) {
        BW_CLEANUP(bw_str_clear) struct bw_str text = { 0 };
        bw_option_help(cmd->options, &text);
        (void)printf("\nOptions:\n%s", text.text);
    }
}

static int say_usage(void)
{
    (void)puts("basewatch tells the owners of fine-tuned models when their base has been "
               "superseded.\n\nUsage: basewatch [--socket PATH] COMMAND [ARGUMENT]...\n\n"
               "Commands:");
    list_commands(bw_cmds);
    (void)puts("  help            Explain a command: basewatch help COMMAND\n\nOptions:");
    BW_CLEANUP(bw_str_clear) struct bw_str text = { 0 };
    bw_option_help(GLOBAL_OPTIONS, &text);
    (void)fputs(text.text, stdout);
    return BW_EXIT_OK;
}

static int help_on(int argc, char **argv)
{
    if (argc == 1) {
        return say_usage();
    }
    const struct bw_cmd *const *cmds = bw_cmds;
    const struct bw_cmd *cmd = NULL;
    BW_CLEANUP(bw_str_clear) struct bw_str path = { 0 };
    bw_str_append(&path, "");
    for (int i = 1; i < argc; i++) {
        cmd = cmds == NULL ? NULL : find(cmds, argv[i]);
        if (cmd == NULL) {
            static const struct bw_cmd *const none[] = { NULL };
            return unknown(cmds == NULL ? none : cmds, path.text, argv[i]);
        }
        bw_str_appendf(&path, "%s ", cmd->name);
        cmds = cmd->subcommands;
    }
    bw_cmd_help(cmd);
    return BW_EXIT_OK;
}
