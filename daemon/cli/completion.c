/* daemon/cli/completion.c: see completion.h. */
#include "cli/completion.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/vec.h"

struct word { /* what may follow */
    char *text; /* "show", "--json" */
    char *help;
    bool takes_value;
};

struct place { /* a command line so far */
    char *path; /* "", "deployments", "deployments show" */
    struct { struct word *items; size_t count, capacity; } words;
};

struct places BW_VEC(struct place);

typedef void writer(const struct places *places, struct bw_str *out);
static writer write_bash, write_zsh, write_fish;
static void add_commands(struct places *places, const char *path, const struct bw_cmd *const *cmds);
static void place_clear(struct place *place);
static int completion(int argc, char **argv);

static const struct {
    const char *shell;
    writer *write;
} SHELLS[] = {
    { "bash", write_bash },
    { "zsh", write_zsh },
    { "fish", write_fish },
};

static const struct bw_option OPTIONS[] = {
    { "help", NULL, "show this text", offsetof(struct bw_common, help), 'h' },
    { 0 },
};

const struct bw_cmd bw_completion_cmd = {
    .name = "completion",
    .run = completion,
    .usage = "completion bash|zsh|fish",
    .help = "Print the script by which a shell completes this program",
    .options = OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
};

enum bw_err bw_completion_write(const char *shell, struct bw_str *out, struct bw_error *err)
{
    for (size_t i = 0; i < BW_COUNT(SHELLS); i++) {
        if (strcmp(SHELLS[i].shell, shell) == 0) {
            struct places places = { 0 };
            add_commands(&places, "", bw_cmds);
            SHELLS[i].write(&places, out);
            BW_VEC_CLEAR(&places, place_clear);
            return BW_OK;
        }
    }
    return bw_fail(err, BW_ERR_INVALID, "no completion for '%.60s'; there is bash, zsh and fish",
                   shell);
}

static int completion(int argc, char **argv)
{
    struct bw_common common = { 0 };
    struct bw_error err = { 0 };
    BW_CLEANUP(bw_str_clear) struct bw_str text = { 0 };
    int code = bw_cmd_begin(&bw_completion_cmd, &argc, argv, &common);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    if (bw_completion_write(argv[1], &text, &err) != BW_OK) {
        return bw_cmd_misused(&bw_completion_cmd, &err);
    }
    (void)fputs(text.text, stdout);
    return BW_EXIT_OK;
}

/* ---- what may follow what ---- */

static void word_clear(struct word *word)
{
    free(word->text);
    free(word->help);
}

static void place_clear(struct place *place)
{
    free(place->path);
    BW_VEC_CLEAR(&place->words, word_clear);
}

static void add_word(struct place *place, char *text, const char *help, bool takes_value)
{
    BW_VEC_EACH(const struct word, word, &place->words)
    {
        if (strcmp(word->text, text) == 0) {
            free(text);
            return;
        }
    }
    BW_VEC_PUSH(&place->words, ((struct word){ text, bw_xstrdup(help), takes_value }));
}

/* A command that reads argv itself says what it takes in its usage: "lineage relate --batch". */
static void add_from_usage(struct place *place, const struct bw_cmd *cmd)
{
    for (const char *at = cmd->usage; *at != '\0';) {
        size_t size = strcspn(at, " []|\n");
        bool second = at > cmd->usage + strlen(cmd->name) && at[-1] == ' ' &&
                      strncmp(at - 1 - strlen(cmd->name), cmd->name, strlen(cmd->name)) == 0;
        bool option = size > 2 && strncmp(at, "--", 2) == 0;
        if (option || (second && islower((unsigned char)*at))) {
            bool takes_value = option && at[size] == ' ' && isupper((unsigned char)at[size + 1]);
            add_word(place, bw_xstrndup(at, size), "", takes_value);
        }
        at += size + (at[size] == '\0' ? 0 : 1);
    }
}

static void add_command(struct places *places, const char *path, const struct bw_cmd *cmd)
{
    struct place place = { .path = bw_xasprintf("%s%s%s", path, path[0] == '\0' ? "" : " ",
                                                cmd->name) };
    for (const struct bw_cmd *const *sub = cmd->subcommands; sub != NULL && *sub != NULL; sub++) {
        add_word(&place, bw_xstrdup((*sub)->name), (*sub)->help, false);
    }
    for (const struct bw_option *option = cmd->options; option != NULL && option->name != NULL;
         option++) {
        add_word(&place, bw_xasprintf("--%s", option->name), option->help, option->value != NULL);
    }
    if (cmd->options == NULL) {
        add_from_usage(&place, cmd);
    }
    BW_VEC_PUSH(places, place);
    if (cmd->subcommands != NULL) {
        BW_CLEANUP(bw_freep) char *below = bw_xstrdup(place.path);
        add_commands(places, below, cmd->subcommands);
    }
}

static void add_commands(struct places *places, const char *path, const struct bw_cmd *const *cmds)
{
    if (path[0] == '\0') {
        struct place top = { .path = bw_xstrdup("") };
        for (const struct bw_cmd *const *cmd = cmds; *cmd != NULL; cmd++) {
            add_word(&top, bw_xstrdup((*cmd)->name), (*cmd)->help, false);
        }
        add_word(&top, bw_xstrdup("help"), "Explain a command", false);
        add_word(&top, bw_xstrdup("--socket"), "control socket of the daemon", true);
        add_word(&top, bw_xstrdup("--version"), "print the version", false);
        add_word(&top, bw_xstrdup("--help"), "show what there is", false);
        BW_VEC_PUSH(places, top);
    }
    for (; *cmds != NULL; cmds++) {
        add_command(places, path, *cmds);
    }
}

/* ---- shells ---- */

/* Text inside single quotes; also_escaped are characters that the shell's own function reads. */
static void append_quoted(struct bw_str *out, const char *text, const char *quote_as,
                          const char *also_escaped)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            bw_str_append(out, quote_as);
        } else {
            bw_str_append(out, strchr(also_escaped, *text) != NULL ? "\\" : "");
            bw_str_append_bytes(out, text, 1);
        }
    }
}

static bool is_option(const struct word *word)
{
    return word->text[0] == '-';
}

/* `path) ` of a case, for each place but the top. */
static void append_paths(const struct places *places, struct bw_str *out)
{
    const char *before = "";
    BW_VEC_EACH(const struct place, place, places)
    {
        if (place->path[0] != '\0') {
            bw_str_appendf(out, "%s\" %s\"", before, place->path);
            before = "|";
        }
    }
}

static void write_bash(const struct places *places, struct bw_str *out)
{
    bw_str_append(out, "# bash completion for basewatch; written by `basewatch completion bash`\n"
                       "_basewatch()\n{\n"
                       "    local at=\"\" words=\"\" i cur=${COMP_WORDS[COMP_CWORD]}\n"
                       "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                       "        case \"$at ${COMP_WORDS[i]}\" in\n        ");
    append_paths(places, out);
    bw_str_append(out, ") at+=\" ${COMP_WORDS[i]}\" ;;\n        esac\n    done\n"
                       "    case \"$at:${COMP_WORDS[COMP_CWORD - 1]}\" in\n");
    BW_VEC_EACH(const struct place, place, places)
    {
        BW_VEC_EACH(const struct word, word, &place->words)
        {
            if (word->takes_value) {
                bw_str_appendf(out, "    \"%s%s:%s\") return ;;\n",
                               place->path[0] == '\0' ? "" : " ", place->path, word->text);
            }
        }
    }
    bw_str_append(out, "    esac\n    case \"$at\" in\n");
    BW_VEC_EACH(const struct place, place, places)
    {
        bw_str_appendf(out, "    \"%s%s\") words=\"", place->path[0] == '\0' ? "" : " ",
                       place->path);
        BW_VEC_EACH(const struct word, word, &place->words)
        {
            bw_str_appendf(out, "%s%s", word == place->words.items ? "" : " ", word->text);
        }
        bw_str_append(out, "\" ;;\n");
    }
    bw_str_append(out,
                  "    esac\n    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n}\n"
                  "complete -o bashdefault -o default -F _basewatch basewatch\n");
}

static void write_zsh(const struct places *places, struct bw_str *out)
{
    bw_str_append(out, "#compdef basewatch\n"
                       "# zsh completion for basewatch; written by `basewatch completion zsh`\n"
                       "local at=\"\" i\nlocal -a list\n"
                       "for ((i = 2; i < CURRENT; i++)); do\n    case \"$at $words[i]\" in\n    ");
    append_paths(places, out);
    bw_str_append(out, ") at+=\" $words[i]\" ;;\n    esac\ndone\ncase \"$at\" in\n");
    BW_VEC_EACH(const struct place, place, places)
    {
        bw_str_appendf(out, "\"%s%s\") list=(", place->path[0] == '\0' ? "" : " ", place->path);
        BW_VEC_EACH(const struct word, word, &place->words)
        {
            bw_str_appendf(out, "\n    '%s:", word->text);
            append_quoted(out, word->help, "'\\''", ":\\");
            bw_str_append(out, "'");
        }
        bw_str_append(out, ") ;;\n");
    }
    bw_str_append(out, "esac\n_describe -t words basewatch list || _files\n");
}

static void write_fish(const struct places *places, struct bw_str *out)
{
    bw_str_append(out, "# fish completion for basewatch; written by `basewatch completion fish`\n"
                       "function __basewatch_at\n"
                       "    set -l at \"\"\n"
                       "    for word in (commandline -opc)[2..-1]\n"
                       "        switch \"$at $word\"\n            case");
    BW_VEC_EACH(const struct place, place, places)
    {
        if (place->path[0] != '\0') {
            bw_str_appendf(out, " \" %s\"", place->path);
        }
    }
    bw_str_append(out, "\n                set at \"$at $word\"\n        end\n    end\n"
                       "    test \"$at\" = \"$argv[1]\"\nend\n");
    BW_VEC_EACH(const struct place, place, places)
    {
        BW_VEC_EACH(const struct word, word, &place->words)
        {
            bw_str_appendf(out, "complete -c basewatch -n '__basewatch_at \"%s%s\"' %s %s%s -d '",
                           place->path[0] == '\0' ? "" : " ", place->path,
                           is_option(word) ? "-l" : "-f -a",
                           word->text + (is_option(word) ? 2 : 0), word->takes_value ? " -r" : "");
            append_quoted(out, word->help, "\\'", "\\");
            bw_str_append(out, "'\n");
        }
    }
}
