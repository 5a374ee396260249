/* daemon/cli/rewrite.c: see rewrite.h. */
#include "cli/rewrite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

/* What a new file would get; mkstemp() gives it to the owner alone. */
static mode_t usual_mode(void)
{
    mode_t mask = umask(0);
    (void)umask(mask);
    return 0666 & ~mask;
}

static bool write_all(int fd, const char *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t now = write(fd, bytes + done, size - done);
        if (now < 0 && errno != EINTR) {
            return false;
        }
        done += now < 0 ? 0 : (size_t)now;
    }
    return true;
}

static bool fill(int fd, const char *path, const char *bytes, size_t size)
{
    struct stat old = { 0 };
    bool replaces = stat(path, &old) == 0;
    /* Another's file stays another's where we may do that; else it is ours now, as for editors. */
    bool owned = !replaces || fchown(fd, old.st_uid, old.st_gid) == 0 || errno == EPERM;
    return owned && fchmod(fd, replaces ? old.st_mode & 07777 : usual_mode()) == 0 &&
           write_all(fd, bytes, size) && fsync(fd) == 0;
}

enum bw_err bw_rewrite(const char *path, const char *bytes, size_t size, bw_rewrite_check *check,
                       struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *fresh = bw_xasprintf("%s.XXXXXX", path);
    int fd = mkstemp(fresh);
    if (fd < 0) {
        return bw_fail(err, BW_ERR_IO, "%s: %s", path, strerror(errno));
    }
    bool good = fill(fd, path, bytes, size);
    int why = errno;
    if (close(fd) != 0 && good) {
        good = false;
        why = errno;
    }
    enum bw_err rc = good ? BW_OK : bw_fail(err, BW_ERR_IO, "%s: %s", path, strerror(why));
    if (rc == BW_OK && check != NULL) {
        rc = check(fresh, err);
    }
    if (rc == BW_OK && rename(fresh, path) != 0) {
        rc = bw_fail(err, BW_ERR_IO, "%s: %s", path, strerror(errno));
    }
    if (rc != BW_OK) {
        (void)unlink(fresh);
    }
    return rc;
}
