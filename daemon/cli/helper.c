/* daemon/cli/helper.c: see helper.h. */
#include "cli/helper.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

static const char *const PLACES[] = { "", "../libexec/basewatch/" };

enum bw_err bw_helper_become(const char *name, char **argv, struct bw_error *err)
{
    char self[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (size < 0) {
        return bw_fail(err, BW_ERR_IO, "/proc/self/exe: %s", strerror(errno));
    }
    self[size] = '\0';
    *(strrchr(self, '/') + 1) = '\0';
    for (size_t i = 0; i < BW_COUNT(PLACES); i++) {
        BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s%s%s", self, PLACES[i], name);
        (void)execv(path, argv);
        if (errno != ENOENT) {
            return bw_fail(err, BW_ERR_IO, "%s: %s", path, strerror(errno));
        }
    }
    return bw_fail(err, BW_ERR_NOTFOUND, "%s is not installed: it is neither in %s nor in %s%s",
                   name, self, self, PLACES[1]);
}
