/* daemon/cli/main.c: the command line client. */
#include <stdio.h>
#include <string.h>

#include "cli/cmd_estimate_training.h"
#include "cli/cmd_lineage.h"

int main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[1], "estimate") == 0 && strcmp(argv[2], "training") == 0) {
        return bw_cmd_estimate_training(argc - 2, argv + 2);
    }
    if (argc >= 2 && strcmp(argv[1], "lineage") == 0) {
        return bw_cmd_lineage(argc - 1, argv + 1);
    }
    (void)fprintf(stderr, "usage: basewatch estimate training --batch\n");
    return 2;
}
