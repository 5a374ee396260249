/* daemon/base/embedded.h: files of the source tree that are linked into the program. */
#ifndef BW_BASE_EMBEDDED_H
#define BW_BASE_EMBEDDED_H
#include <stddef.h>

struct bw_embedded {
    const char *name; /* file name without its folder; NULL ends a table */
    const char *text; /* size bytes, then a NUL that does not count */
    size_t size;
};
#endif
