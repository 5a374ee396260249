/* daemon/cli/cmd_swap.c: the one-line change, ready for `git apply`. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/cmds.h"
#include "cli/text.h"

/* A person's terminal gets the lines made harmless, anything else the bytes untouched. */
static void print_diff(const char *diff)
{
    if (isatty(STDOUT_FILENO) == 0) {
        (void)fputs(diff, stdout);
        return;
    }
    BW_CLEANUP(bw_str_clear) struct bw_str shown = { 0 };
    while (*diff != '\0') {
        size_t size = strcspn(diff, "\t\n");
        BW_CLEANUP(bw_freep) char *part = bw_xstrndup(diff, size);
        bw_text_append(&shown, part);
        diff += size;
        if (*diff != '\0') {
            bw_str_append_bytes(&shown, diff++, 1);
        }
    }
    (void)fwrite(shown.text, 1, shown.size, stdout);
}

static void print(const struct bw_json *document)
{
    const char *diff = bw_json_text(bw_json_get(bw_json_get(document, "swap"), "diff"), "");
    if (diff[0] != '\0') {
        print_diff(diff);
    } else {
        bw_ask_print_lines(document);
    }
}

static int swap(int argc, char **argv)
{
    return bw_ask_about(&bw_swap_cmd, "swap", print, argc, argv);
}

const struct bw_cmd bw_swap_cmd = {
    .name = "swap",
    .run = swap,
    .usage = "swap DEPLOYMENT [--at DATE] [--json]",
    .help = "Print the change of one line as a diff: basewatch swap NAME | git apply",
    .options = bw_ask_about_options,
    .operands_min = 1,
    .operands_max = 1,
};
