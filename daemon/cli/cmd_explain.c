/* daemon/cli/cmd_explain.c: why a deployment is in its state. */
#include "cli/ask.h"
#include "cli/cmds.h"

static int explain(int argc, char **argv)
{
    return bw_ask_about(&bw_explain_cmd, "explain", bw_ask_print_lines, argc, argv);
}

const struct bw_cmd bw_explain_cmd = {
    .name = "explain",
    .run = explain,
    .usage = "explain DEPLOYMENT [--at DATE] [--json]",
    .help = "Say why a deployment is in its state, and by whose word",
    .options = bw_ask_about_options,
    .operands_min = 1,
    .operands_max = 1,
};
