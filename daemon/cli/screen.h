/* daemon/cli/screen.h: what standard output can show. */
#ifndef BW_CLI_SCREEN_H
#define BW_CLI_SCREEN_H
#include <stdbool.h>
#include <stddef.h>

struct bw_screen {
    bool header;  /* a table's titles are wanted */
    bool colour;  /* escape sequences may be written */
    size_t width; /* cells a line may take; 0: cut nothing */
};

/* Colour on a terminal alone, and not with $NO_COLOR, TERM=dumb or no_color. */
struct bw_screen bw_screen_of_stdout(bool no_header, bool no_color);
#endif
