/* daemon/codec/secret.c: see secret.h. */
#include "codec/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/str.h"

/* Room for a secret that is being read; one byte more than allowed shows that it is too large. */
struct buffer {
    char bytes[BW_SECRET_BYTES_MAX + 1];
    size_t size;
};

enum drained {
    MORE_MAY_COME,
    AT_END, /* or the buffer is full */
    BROKEN,
};

extern char **environ;

static void buffer_freep(struct buffer **buffer);
static enum drained drain(int fd, struct buffer *buffer);
static enum bw_err read_file(const struct bw_secret_ref *ref, struct buffer *buffer, char **warning,
                             struct bw_error *err);
static enum bw_err run_command(const struct bw_names *argv, struct buffer *buffer,
                               struct bw_error *err);
static enum bw_err check(const struct buffer *buffer, size_t *size, struct bw_error *err);

enum bw_err bw_secret_read(const struct bw_secret_ref *ref, struct bw_secret *out,
                           struct bw_error *err)
{
    BW_CLEANUP(buffer_freep) struct buffer *buffer = bw_xcalloc(1, sizeof(*buffer));
    BW_CLEANUP(bw_freep) char *warning = NULL;
    const char *what = "file";
    const char *name = ref->file;
    enum bw_err rc = BW_OK;
    switch (ref->kind) {
    case BW_SECRET_NONE:
        return bw_fail(err, BW_ERR_NOTFOUND, "no secret is configured");
    case BW_SECRET_FILE:
        rc = read_file(ref, buffer, &warning, err);
        break;
    case BW_SECRET_COMMAND:
        what = "command";
        name = ref->argv.items[0];
        rc = run_command(&ref->argv, buffer, err);
        break;
    }
    size_t size = 0;
    if (rc == BW_OK) {
        rc = check(buffer, &size, err);
    }
    if (rc != BW_OK) {
        (void)bw_error_prefix(err, "secret %s '%s' ", what, name);
        return rc;
    }
    out->text = bw_xcalloc(1, size + 1);
    memcpy(out->text, buffer->bytes, size);
    out->size = size;
    out->warning = BW_TAKE(warning);
    return BW_OK;
}

void bw_secret_clear(struct bw_secret *secret)
{
    if (secret->text != NULL) {
        explicit_bzero(secret->text, secret->size);
    }
    free(secret->text);
    free(secret->warning);
    *secret = (struct bw_secret){ 0 };
}

static void buffer_freep(struct buffer **buffer)
{
    explicit_bzero(*buffer, sizeof(**buffer));
    free(*buffer);
}

/* Read what is there. */
static enum drained drain(int fd, struct buffer *buffer)
{
    while (buffer->size < sizeof(buffer->bytes)) {
        ssize_t got = read(fd, buffer->bytes + buffer->size, sizeof(buffer->bytes) - buffer->size);
        if (got > 0) {
            buffer->size += (size_t)got;
        } else if (got == 0) {
            return AT_END;
        } else if (errno != EINTR) {
            return errno == EAGAIN ? MORE_MAY_COME : BROKEN;
        }
    }
    return AT_END;
}

static enum bw_err check(const struct buffer *buffer, size_t *size, struct bw_error *err)
{
    size_t used = buffer->size;
    if (used > BW_SECRET_BYTES_MAX) {
        return bw_fail(err, BW_ERR_TOOBIG, "gives more than %d bytes", BW_SECRET_BYTES_MAX);
    }
    if (used > 0 && buffer->bytes[used - 1] == '\n') {
        used -= used > 1 && buffer->bytes[used - 2] == '\r' ? 2 : 1;
    }
    if (used == 0) {
        return bw_fail(err, BW_ERR_INVALID, "gives nothing; put the secret there");
    }
    if (memchr(buffer->bytes, '\0', used) != NULL) {
        return bw_fail(err, BW_ERR_INVALID, "gives a NUL byte; a secret is text");
    }
    *size = used;
    return BW_OK;
}

/* --- files --- */

/* Where no other user ever looks, or where modes cannot be changed, "readable by all" is no news.
 */
static bool mode_matters(int fd)
{
    struct statfs mount;
    return fstatfs(fd, &mount) == 0 && (mount.f_flags & ST_RDONLY) == 0 &&
           mount.f_type != TMPFS_MAGIC && mount.f_type != RAMFS_MAGIC;
}

static int open_in(const char *folder, const char *file)
{
    BW_CLEANUP(bw_freep)
    char *path = folder == NULL ? bw_xstrdup(file) : bw_xasprintf("%s/%s", folder, file);
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static int open_file(const struct bw_secret_ref *ref)
{
    if (ref->file[0] == '/') {
        return open_in(NULL, ref->file);
    }
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    int fd = credentials == NULL ? -1 : open_in(credentials, ref->file);
    return fd >= 0 || (credentials != NULL && errno != ENOENT) ? fd
                                                               : open_in(ref->beside, ref->file);
}

static enum bw_err fail_open(const struct bw_secret_ref *ref, struct bw_error *err)
{
    if (errno == ENOENT && ref->file[0] != '/') {
        return bw_fail(err, BW_ERR_NOTFOUND,
                       "is neither in $CREDENTIALS_DIRECTORY nor beside the configuration (%s)",
                       ref->beside == NULL ? "." : ref->beside);
    }
    enum bw_err code = errno == ENOENT   ? BW_ERR_NOTFOUND
                       : errno == EACCES ? BW_ERR_DENIED
                                         : BW_ERR_IO;
    return bw_fail(err, code, "cannot be opened: %s", strerror(errno));
}

static enum bw_err read_open_file(int fd, const char *name, struct buffer *buffer, char **warning,
                                  struct bw_error *err)
{
    struct stat about;
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
        return bw_fail(err, BW_ERR_INVALID, "is not a plain file");
    }
    if ((about.st_mode & S_IWOTH) != 0) {
        return bw_fail(err, BW_ERR_DENIED, "may be written by everybody; run: chmod 600 %s", name);
    }
    if (drain(fd, buffer) == BROKEN) {
        return bw_fail(err, BW_ERR_IO, "cannot be read: %s", strerror(errno));
    }
    if ((about.st_mode & S_IROTH) != 0 && mode_matters(fd)) {
        *warning = bw_xasprintf("secret file '%s' may be read by everybody; run: chmod o-r %s",
                                name, name);
    }
    return BW_OK;
}

static enum bw_err read_file(const struct bw_secret_ref *ref, struct buffer *buffer, char **warning,
                             struct bw_error *err)
{
    int fd = open_file(ref);
    if (fd < 0) {
        return fail_open(ref, err);
    }
    enum bw_err rc = read_open_file(fd, ref->file, buffer, warning, err);
    (void)close(fd);
    return rc;
}

/* --- commands --- */

/* In a process group of its own, so that whatever it starts is stopped with it. */
static int spawn(const struct bw_names *names, int output, pid_t *pid)
{
    char **argv = bw_xcalloc(names->count + 1, sizeof(*argv));
    memcpy(argv, names->items, names->count * sizeof(*argv));
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t files;
    sigset_t none;
    sigset_t all;
    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                    POSIX_SPAWN_SETSIGDEF);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setsigdefault(&attributes, &all);
    (void)posix_spawn_file_actions_init(&files);
    (void)posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    (void)posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    int failed = posix_spawnp(pid, argv[0], &files, &attributes, argv, environ);
    (void)posix_spawn_file_actions_destroy(&files);
    (void)posix_spawnattr_destroy(&attributes);
    free(argv);
    return failed;
}

/* Collect its output until it has ended; what its own children still hold open does not count.
 * False when it has to be stopped: it took too long or said too much. */
static bool collect(int ended, int output, struct buffer *buffer)
{
    const int64_t deadline_ms = bw_clock_monotonic_ms() + BW_SECRET_COMMAND_MS;
    struct pollfd fds[] = { { ended, POLLIN, 0 }, { output, POLLIN, 0 } };
    for (;;) {
        int64_t left_ms = deadline_ms - bw_clock_monotonic_ms();
        if (left_ms <= 0 || buffer->size > BW_SECRET_BYTES_MAX) {
            return false;
        }
        if (poll(fds, BW_COUNT(fds), (int)left_ms) <= 0) {
            continue;
        }
        if (fds[1].revents != 0 && drain(output, buffer) != MORE_MAY_COME) {
            fds[1].fd = -1;
        }
        if (fds[0].revents != 0) {
            (void)drain(output, buffer);
            return true;
        }
    }
}

static enum bw_err wait_for(pid_t pid, int output, struct buffer *buffer, struct bw_error *err)
{
    int ended = pidfd_open(pid, 0);
    bool in_time = ended >= 0 && collect(ended, output, buffer);
    if (ended >= 0) {
        (void)close(ended);
    }
    if (!in_time) {
        (void)kill(-pid, SIGKILL);
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!in_time && buffer->size <= BW_SECRET_BYTES_MAX) {
        return bw_fail(err, BW_ERR_TIMEOUT, "took longer than %d s; run it by hand to see why",
                       BW_SECRET_COMMAND_MS / 1000);
    }
    if (in_time && WIFSIGNALED(status)) {
        return bw_fail(err, BW_ERR_IO, "was killed by signal %d", WTERMSIG(status));
    }
    if (in_time && WEXITSTATUS(status) != 0) {
        return bw_fail(err, BW_ERR_IO, "failed with exit code %d; run it by hand to see why",
                       WEXITSTATUS(status));
    }
    return BW_OK;
}

static enum bw_err run_command(const struct bw_names *argv, struct buffer *buffer,
                               struct bw_error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return bw_fail(err, BW_ERR_IO, "cannot be run: %s", strerror(errno));
    }
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    pid_t pid = 0;
    int failed = spawn(argv, ends[1], &pid);
    (void)close(ends[1]);
    enum bw_err rc = failed != 0 ? bw_fail(err, BW_ERR_IO, "cannot be run: %s", strerror(failed))
                                 : wait_for(pid, ends[0], buffer, err);
    (void)close(ends[0]);
    return rc;
}
