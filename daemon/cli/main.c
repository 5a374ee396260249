/* daemon/cli/main.c: the command line client. */
#include <stdio.h>
#include <string.h>

#include "cli/cmd_lineage.h"

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "lineage") == 0) {
        return bw_cmd_lineage(argc - 1, argv + 1);
    }
    (void)fputs("usage: basewatch lineage ...\n", stderr);
    return 2;
}
