/* daemon/cli/cmd_scan.c: the model ids in a team's tree: where, what for, and what is newer. */
#include <stdio.h>

#include "cli/cmds.h"
#include "cli/scan/register.h"
#include "cli/scan/report.h"
#include "cli/text.h"

struct options {
    struct bw_common common;
    const char *catalog;
    const char *file;
    bool exit_code;
    bool sarif;
    bool outdated;
};

enum { EXIT_CLEAN = 0, EXIT_FOUND = 1, EXIT_ERROR = 2 }; /* with --exit-code */

static const struct bw_option OPTIONS[] = {
    { "catalog", "FILE", "known ids: one a line, or a catalog history; default: ask the daemon",
      offsetof(struct options, catalog), 0 },
    { "outdated", NULL, "only ids that are retired, deprecated or superseded",
      offsetof(struct options, outdated), 0 },
    { "register", "FILE", "keep a deployments file in step with the places that may be patched",
      offsetof(struct options, file), 0 },
    { "exit-code", NULL, "exit 0 when nothing is found, 1 when something is, 2 on errors",
      offsetof(struct options, exit_code), 0 },
    { "sarif", NULL, "print SARIF 2.1.0", offsetof(struct options, sarif), 0 },
    BW_JSON_OPTION,
    BW_TABLE_OPTIONS,
    BW_COMMON_OPTIONS,
    { 0 },
};

static int scan(int argc, char **argv);

const struct bw_cmd bw_scan_cmd = {
    .name = "scan",
    .run = scan,
    .usage = "scan DIR [--catalog FILE] [--outdated] [--json | --sarif] [--exit-code] "
             "[--register FILE]",
    .help = "Find the model ids in a tree, and tell those that may be swapped",
    .options = OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
};

/* From the file; without one from the daemon; without a daemon from what ships. */
static enum bw_err load_catalog(const struct options *values, struct bw_scan_catalog *out,
                                struct bw_error *err)
{
    if (values->catalog != NULL) {
        return bw_scan_catalog_read(values->catalog, out, err);
    }
    enum bw_err rc = bw_scan_catalog_ask(out, err);
    if (rc != BW_OK || out->models.count == 0) {
        bw_scan_catalog_clear(out);
        bw_text_print(stderr, "no --catalog and no daemon with models: looking for the ids that "
                              "this program ships with");
        rc = bw_scan_catalog_shipped(out, err);
    }
    return rc;
}

static void print(const struct options *values, const struct bw_scan_result *result)
{
    if (values->common.json) {
        bw_scan_print_json(result);
    } else if (values->sarif) {
        bw_scan_print_sarif(result);
    } else {
        struct bw_screen screen =
            bw_screen_of_stdout(values->common.no_header, values->common.no_color);
        bw_scan_print_table(result, &screen);
    }
}

static enum bw_err run(const struct options *values, const char *folder,
                       struct bw_scan_result *result, struct bw_error *err)
{
    BW_CLEANUP(bw_scan_catalog_clear) struct bw_scan_catalog catalog = { 0 };
    enum bw_err rc = load_catalog(values, &catalog, err);
    if (rc == BW_OK) {
        rc = bw_scan_tree(&catalog, folder, result, err);
    }
    if (rc == BW_OK && values->file != NULL) {
        rc = bw_scan_register(result, folder, values->file, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    if (values->outdated) {
        bw_scan_result_keep_outdated(result);
    }
    print(values, result); /* its verdicts borrow from the catalog */
    return BW_OK;
}

static int scan(int argc, char **argv)
{
    struct options values = { 0 };
    int code = bw_cmd_begin(&bw_scan_cmd, &argc, argv, &values);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    BW_CLEANUP(bw_scan_result_clear) struct bw_scan_result result = { 0 };
    struct bw_error err = { 0 };
    if (values.common.json && values.sarif) {
        (void)bw_fail(&err, BW_ERR_INVALID, "give either --json or --sarif");
        return bw_cmd_misused(&bw_scan_cmd, &err);
    }
    if (run(&values, argv[1], &result, &err) != BW_OK) {
        (void)bw_cmd_failed(&err);
        return values.exit_code ? EXIT_ERROR : BW_EXIT_FAILED;
    }
    return values.exit_code && result.found.count > 0 ? EXIT_FOUND : EXIT_CLEAN;
}
