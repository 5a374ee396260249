/* daemon/cli/cmd_swap.c: the one-line change, ready for `git apply`. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/cmds.h"
#include "cli/swap_write.h"
#include "cli/text.h"

struct options {
    struct bw_common common;
    const char *at;
    bool write;
    bool force;
};

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

/* What is known to break is said beside the diff, which may go into a pipe. */
static void print_breaks(const struct bw_json *document)
{
    const struct bw_json *breaks = bw_json_get(document, "breaks");
    for (const struct bw_json *item = bw_json_first(breaks); item != NULL;
         item = bw_json_next(item)) {
        BW_CLEANUP(bw_freep) char *line = bw_xasprintf("mind: %s", bw_json_text(item, ""));
        bw_text_print(stderr, line);
    }
}

/* An eval's word on the candidate, beside the diff as well. BW_ERR_REFUSED: it was rejected. */
static enum bw_err heed_eval(const struct bw_json *document, struct bw_error *err)
{
    const struct bw_json *eval = bw_json_get(document, "eval");
    const char *verdict = bw_json_text(bw_json_get(eval, "verdict"), "");
    if (verdict[0] == '\0') {
        return BW_OK;
    }
    BW_CLEANUP(bw_freep)
    char *line = bw_xasprintf("its eval %s: %s: %s", bw_json_text(bw_json_get(eval, "id"), ""),
                              verdict, bw_json_text(bw_json_get(eval, "reason"), ""));
    if (strcmp(verdict, "fail") == 0) {
        return bw_fail(err, BW_ERR_REFUSED, "%s", line);
    }
    bw_text_print(stderr, line);
    return BW_OK;
}

static enum bw_err run(const struct options *values, const char *name, struct bw_error *err)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *document = NULL;
    BW_CLEANUP(bw_str_clear) struct bw_str target = bw_ask_target("deployments", name, "swap");
    bw_client_add_query(&target, "at", values->at);
    enum bw_err rc = bw_ask_get(target.text, &document, err);
    if (rc != BW_OK) {
        return rc;
    }
    print_breaks(document);
    rc = heed_eval(document, err);
    if (rc != BW_OK && values->write && !values->force) {
        return bw_error_prefix(err, "not written, --force does it all the same: ");
    }
    if (rc != BW_OK) {
        BW_CLEANUP(bw_freep) char *line = bw_xasprintf("mind: %s", err->text);
        bw_text_print(stderr, line);
    }
    rc = values->write ? bw_swap_write(document, err) : BW_OK;
    if (rc == BW_OK && values->common.json) {
        bw_ask_print_json(document);
    } else if (rc == BW_OK && !values->write) {
        print(document);
    }
    return rc;
}

static int swap(int argc, char **argv)
{
    struct options values = { 0 };
    int code = bw_cmd_begin(&bw_swap_cmd, &argc, argv, &values);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    struct bw_error err = { 0 };
    if (bw_ask_check_date("at", values.at, &err) != BW_OK) {
        return bw_cmd_misused(&bw_swap_cmd, &err);
    }
    return run(&values, argv[1], &err) == BW_OK ? BW_EXIT_OK : bw_cmd_failed(&err);
}

static const struct bw_option OPTIONS[] = {
    { "at", "DATE", "as of that day", offsetof(struct options, at), 0 },
    { "write", NULL, "make the change in the tree around the current folder",
      offsetof(struct options, write), 0 },
    { "force", NULL, "with --write: also where the candidate's eval has failed",
      offsetof(struct options, force), 0 },
    BW_JSON_OPTION,
    BW_COMMON_OPTIONS,
    { 0 },
};

const struct bw_cmd bw_swap_cmd = {
    .name = "swap",
    .run = swap,
    .usage = "swap DEPLOYMENT [--write [--force]] [--at DATE] [--json]",
    .help = "Print the change of one line as a diff: basewatch swap NAME | git apply",
    .options = OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
};
