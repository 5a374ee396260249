/* daemon/io/sandbox.c: see sandbox.h. */
#include "io/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/str.h"
#include "io/seccomp_filter.h"

/* Rights and fields newer than the oldest headers we build with (landlock(7)). */
#define FS_TRUNCATE (UINT64_C(1) << 14)  /* since ABI 3 */
#define FS_IOCTL_DEV (UINT64_C(1) << 15) /* since ABI 5 */
#define NET_TCP UINT64_C(3)              /* bind and connect; since ABI 4 */
#define SCOPED_ALL UINT64_C(3)           /* abstract sockets and signals; since ABI 6 */

#define FS_READ                                                                                    \
    ((uint64_t)(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |                        \
                LANDLOCK_ACCESS_FS_READ_DIR))
#define FS_FILE                                                                                    \
    ((uint64_t)(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |                        \
                LANDLOCK_ACCESS_FS_WRITE_FILE))

enum { SHEBANG_MAX = 256 };

struct ruleset_attr { /* struct landlock_ruleset_attr of ABI 6 */
    uint64_t fs;
    uint64_t net;
    uint64_t scoped;
};

struct bw_sandbox {
    int ruleset; /* Landlock; -1: the kernel has none */
    struct bw_seccomp filter;
};

static const struct {
    const char *path;
    uint64_t rights;
} READABLE[] = {
    { "/usr", FS_READ },
    { "/lib", FS_READ },
    { "/lib32", FS_READ },
    { "/lib64", FS_READ },
    { "/bin", FS_READ },
    { "/sbin", FS_READ },
    { "/etc/ld.so.cache", LANDLOCK_ACCESS_FS_READ_FILE },
    { "/dev/null", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE },
    { "/dev/urandom", LANDLOCK_ACCESS_FS_READ_FILE },
#if defined(BW_SANITIZED)
    { "/proc", FS_READ }, /* the sanitizers read the map of their own process */
#endif
};

static const struct {
    __rlimit_resource_t resource;
    rlim_t most;
} LIMITS[] = {
    { RLIMIT_CPU, BW_SANDBOX_CPU_SEC },
    { RLIMIT_NOFILE, BW_SANDBOX_FILES },
    { RLIMIT_NPROC, BW_SANDBOX_PROCESSES },
    { RLIMIT_FSIZE, 0 },
    { RLIMIT_CORE, 0 },
    { RLIMIT_MEMLOCK, 0 },
#if !defined(BW_SANITIZED)
    { RLIMIT_AS, (rlim_t)BW_SANDBOX_MEMORY_MIB * 1024 * 1024 },
#endif
};

static int landlock_abi(void);
static int ruleset_new(int abi);
static void allow(int ruleset, const char *path, uint64_t rights);
static void allow_interpreter(int ruleset, const char *program);

enum bw_err bw_sandbox_new(const char *program, struct bw_sandbox **out, struct bw_error *err)
{
    BW_CLEANUP(bw_sandbox_freep) struct bw_sandbox *sandbox = bw_xcalloc(1, sizeof(*sandbox));
    sandbox->ruleset = -1;
    int abi = landlock_abi();
    if (abi > 0) {
        sandbox->ruleset = ruleset_new(abi);
        if (sandbox->ruleset < 0) {
            return bw_fail(err, BW_ERR_IO, "sandbox: landlock: %s", strerror(errno));
        }
        for (size_t i = 0; i < BW_COUNT(READABLE); i++) {
            allow(sandbox->ruleset, READABLE[i].path, READABLE[i].rights);
        }
        allow(sandbox->ruleset, program, FS_READ);
        allow_interpreter(sandbox->ruleset, program);
    }
    /* Landlock knows paths, so that `2>/dev/null` works; without it nothing is opened for writing.
     */
    bw_seccomp_build(&sandbox->filter, abi <= 0);
    *out = BW_TAKE(sandbox);
    return BW_OK;
}

void bw_sandbox_free(struct bw_sandbox *sandbox)
{
    if (sandbox != NULL && sandbox->ruleset >= 0) {
        (void)close(sandbox->ruleset);
    }
    free(sandbox);
}

const char *bw_sandbox_enter(const struct bw_sandbox *sandbox)
{
    for (size_t i = 0; i < BW_COUNT(LIMITS); i++) {
        const struct rlimit limit = { LIMITS[i].most, LIMITS[i].most };
        struct rlimit now;
        /* A limit that is lower already is a good one. */
        if (getrlimit(LIMITS[i].resource, &now) != 0 ||
            (now.rlim_max > limit.rlim_max && setrlimit(LIMITS[i].resource, &limit) != 0)) {
            return "setrlimit";
        }
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return "no_new_privs";
    }
    if (sandbox->ruleset >= 0 &&
        syscall(SYS_landlock_restrict_self, sandbox->ruleset, 0) != 0) {
        return "landlock";
    }
    return bw_seccomp_install(&sandbox->filter) ? NULL : "seccomp";
}

bool bw_sandbox_confines_files(void)
{
    return landlock_abi() > 0;
}

static int landlock_abi(void)
{
    return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

/* Handle, and so forbid, everything that this kernel knows. */
static int ruleset_new(int abi)
{
    const struct ruleset_attr attr = {
        .fs = ((UINT64_C(1) << 13) - 1) | (abi >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0) |
              (abi >= 3 ? FS_TRUNCATE : 0) | (abi >= 5 ? FS_IOCTL_DEV : 0),
        .net = abi >= 4 ? NET_TCP : 0,
        .scoped = abi >= 6 ? SCOPED_ALL : 0,
    };
    size_t size = abi >= 6   ? sizeof(attr)
                  : abi >= 4 ? offsetof(struct ruleset_attr, scoped)
                             : offsetof(struct ruleset_attr, net);
    return (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
}

/* A path that does not exist needs no rule; one that cannot be allowed stays forbidden. */
static void allow(int ruleset, const char *path, uint64_t rights)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    struct stat st;
    if (fd >= 0 && fstat(fd, &st) == 0) {
        const struct landlock_path_beneath_attr rule = {
            .allowed_access = S_ISDIR(st.st_mode) ? rights : rights & FS_FILE,
            .parent_fd = fd,
        };
        (void)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
}

/* The interpreter of a script, "#!/path argument": the file itself. */
static void allow_interpreter(int ruleset, const char *program)
{
    char line[SHEBANG_MAX] = { 0 };
    int fd = open(program, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
    if (fd >= 0) {
        (void)close(fd);
    }
    if (size > 2 && line[0] == '#' && line[1] == '!') {
        char *path = line + 2 + strspn(line + 2, " \t");
        path[strcspn(path, " \t\r\n")] = '\0';
        allow(ruleset, path, FS_READ);
    }
}
