/* daemon/cli/cmd_worth.c: is this fine-tune still worth it? */
#include "cli/ask.h"
#include "cli/cmds.h"

static int worth(int argc, char **argv)
{
    return bw_ask_about(&bw_worth_cmd, "worth", bw_ask_print_lines, argc, argv);
}

const struct bw_cmd bw_worth_cmd = {
    .name = "worth",
    .run = worth,
    .usage = "worth DEPLOYMENT [--at DATE] [--json]",
    .help = "Say whether a fine-tune is still worth its upkeep",
    .options = bw_ask_about_options,
    .operands_min = 1,
    .operands_max = 1,
};
