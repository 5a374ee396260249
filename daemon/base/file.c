/* daemon/base/file.c: see file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

static enum bw_err fail(struct bw_error *err)
{
    enum bw_err code = errno == ENOENT   ? BW_ERR_NOTFOUND
                       : errno == EACCES ? BW_ERR_DENIED
                                         : BW_ERR_IO;
    return bw_fail(err, code, "cannot be read: %s", strerror(errno));
}

static enum bw_err read_all(int fd, size_t max_bytes, struct bw_str *text, struct bw_error *err)
{
    char block[16384];
    for (;;) {
        ssize_t got = read(fd, block, sizeof(block));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return fail(err);
        }
        if (got == 0) {
            return BW_OK;
        }
        if ((size_t)got > max_bytes - text->size) {
            return bw_fail(err, BW_ERR_TOOBIG, "is larger than %zu bytes", max_bytes);
        }
        bw_str_append_bytes(text, block, (size_t)got);
    }
}

static enum bw_err check_trust(const struct stat *about, struct bw_error *err)
{
    if (about->st_uid != 0 && about->st_uid != geteuid()) {
        return bw_fail(err, BW_ERR_DENIED,
                       "belongs to uid %u, who could change it; run: chown root", about->st_uid);
    }
    if ((about->st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return bw_fail(err, BW_ERR_DENIED, "may be written by others; run: chmod go-w");
    }
    return BW_OK;
}

static enum bw_err read_file(const char *path, bool trusted, size_t max_bytes, char **out,
                             size_t *size, struct bw_error *err)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        enum bw_err rc = fail(err);
        (void)close(fd);
        return rc;
    }
    BW_CLEANUP(bw_str_clear) struct bw_str text = { 0 };
    enum bw_err rc = trusted ? check_trust(&st, err) : BW_OK;
    if (rc == BW_OK) {
        rc = S_ISREG(st.st_mode)
                 ? read_all(fd, max_bytes, &text, err)
                 : bw_fail(err, BW_ERR_IO, "cannot be read: it is no regular file");
    }
    (void)close(fd);
    if (rc == BW_OK) {
        *size = text.size;
        *out = bw_str_take(&text);
    }
    return rc;
}

enum bw_err bw_file_read(const char *path, size_t max_bytes, char **out, size_t *size,
                         struct bw_error *err)
{
    return read_file(path, false, max_bytes, out, size, err);
}

enum bw_err bw_file_read_trusted(const char *path, size_t max_bytes, char **out, size_t *size,
                                 struct bw_error *err)
{
    return read_file(path, true, max_bytes, out, size, err);
}

enum bw_err bw_file_trust_folder(const char *path, struct bw_error *err)
{
    struct stat st;
    return stat(path, &st) != 0 ? fail(err) : check_trust(&st, err);
}
