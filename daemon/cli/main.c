/* daemon/cli/main.c: `basewatch`, the command line client, and what it becomes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"

/* A descriptor 0, 1 or 2 that was closed would be given to our socket, and text meant for a person
 * would go to the daemon. Opened for reading, so that a write still fails and is noticed. */
static void occupy_standard_descriptors(void)
{
    int fd = STDIN_FILENO;
    while (fd >= 0 && fd <= STDERR_FILENO) {
        fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
}

int main(int argc, char **argv)
{
    occupy_standard_descriptors();
    int code = bw_cmd_main(argc, argv);
    bool written = ferror(stdout) == 0;
    errno = 0;
    if (fclose(stdout) != 0 || !written) {
        (void)fprintf(stderr, "error: standard output: %s\n",
                      errno != 0 ? strerror(errno) : "not everything was written");
        return code == BW_EXIT_OK ? BW_EXIT_FAILED : code;
    }
    return code;
}
