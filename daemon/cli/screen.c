/* daemon/cli/screen.c: see screen.h. */
#include "cli/screen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct bw_screen bw_screen_of_stdout(bool no_header, bool no_color)
{
    struct bw_screen screen = { .header = !no_header };
    if (isatty(STDOUT_FILENO) == 0) {
        return screen;
    }
    const char *without = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    screen.colour = !no_color && (without == NULL || without[0] == '\0') && term != NULL &&
                    strcmp(term, "dumb") != 0;
    struct winsize size = { 0 };
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
        screen.width = size.ws_col;
    }
    return screen;
}
