#include "codec/secret.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/instant.h"

static char folder[64];
static struct bw_error err;

static void setup(void)
{
    (void)snprintf(folder, sizeof(folder), "/var/tmp/basewatch-secret-XXXXXX");
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    (void)unsetenv("CREDENTIALS_DIRECTORY");
}

static void teardown(void)
{
    char command[100];
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    cr_assert(eq(int, system(command), 0));
}

TestSuite(secret, .init = setup, .fini = teardown);

static void put(const char *name, const void *bytes, size_t size, mode_t mode)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert(ne(ptr, file, NULL));
    cr_assert(eq(sz, fwrite(bytes, 1, size, file), size));
    cr_assert(eq(int, fclose(file), 0));
    cr_assert(eq(int, chmod(path, mode), 0));
}

static enum bw_err read_file(const char *name, struct bw_secret *out)
{
    struct bw_secret_ref ref = { .kind = BW_SECRET_FILE, .file = (char *)name, .beside = folder };
    return bw_secret_read(&ref, out, &err);
}

static enum bw_err run(const char *script, struct bw_secret *out)
{
    char *argv[] = { "sh", "-c", (char *)script };
    struct bw_secret_ref ref = { .kind = BW_SECRET_COMMAND, .argv = { argv, 3, 3 } };
    return bw_secret_read(&ref, out, &err);
}

static void expect(enum bw_err rc, struct bw_secret *secret, const char *text)
{
    cr_assert(eq(int, rc, BW_OK), "%s", err.text);
    cr_expect(eq(str, secret->text, (char *)text));
    cr_expect(eq(sz, secret->size, strlen(text)));
    bw_secret_clear(secret);
}

Test(secret, one_newline_at_the_end_does_not_count)
{
    struct bw_secret secret = { 0 };
    put("a", "s3cret\n", 7, 0600);
    expect(read_file("a", &secret), &secret, "s3cret");
    put("a", "s3cret\r\n", 8, 0600);
    expect(read_file("a", &secret), &secret, "s3cret");
    put("a", "s3cret\n\n", 8, 0600);
    expect(read_file("a", &secret), &secret, "s3cret\n");
    put("a", "s3cret", 6, 0600);
    expect(read_file("a", &secret), &secret, "s3cret");
}

Test(secret, the_credentials_directory_comes_first)
{
    struct bw_secret secret = { 0 };
    char credentials[96];
    (void)snprintf(credentials, sizeof(credentials), "%s/credentials", folder);
    cr_assert(eq(int, mkdir(credentials, 0700), 0));
    (void)setenv("CREDENTIALS_DIRECTORY", credentials, 1);
    put("key", "beside", 6, 0600);
    expect(read_file("key", &secret), &secret, "beside");
    put("credentials/key", "credential", 10, 0600);
    expect(read_file("key", &secret), &secret, "credential");
}

Test(secret, modes_that_let_others_in)
{
    struct bw_secret secret = { 0 };
    put("open", "x", 1, 0602);
    cr_expect(eq(int, read_file("open", &secret), BW_ERR_DENIED));
    cr_expect(eq(str, err.text,
                 "secret file 'open' may be written by everybody; run: chmod 600 open"));
    put("seen", "x", 1, 0644);
    cr_assert(eq(int, read_file("seen", &secret), BW_OK));
    struct statfs mount;
    if (statfs(folder, &mount) == 0 && mount.f_type != 0x01021994) {
        cr_assert(ne(ptr, secret.warning, NULL));
        cr_expect(eq(str, secret.warning,
                     "secret file 'seen' may be read by everybody; run: chmod o-r seen"));
    }
    bw_secret_clear(&secret);
    put("seen", "x", 1, 0640);
    cr_assert(eq(int, read_file("seen", &secret), BW_OK));
    cr_expect(eq(ptr, secret.warning, NULL));
    bw_secret_clear(&secret);
}

Test(secret, a_file_in_memory_earns_no_warning)
{
    struct statfs mount;
    if (statfs("/dev/shm", &mount) != 0 || mount.f_type != 0x01021994) {
        cr_skip("no tmpfs at /dev/shm");
    }
    char path[] = "/dev/shm/basewatch-secret-XXXXXX";
    int fd = mkstemp(path);
    cr_assert(eq(sz, (size_t)write(fd, "x", 1), 1));
    (void)fchmod(fd, 0644);
    (void)close(fd);
    struct bw_secret secret = { 0 };
    enum bw_err rc = read_file(path, &secret);
    (void)unlink(path);
    cr_assert(eq(int, rc, BW_OK), "%s", err.text);
    cr_expect(eq(ptr, secret.warning, NULL));
    bw_secret_clear(&secret);
}

Test(secret, refuses_what_is_no_secret_and_says_why)
{
    struct bw_secret secret = { 0 };
    static char large[BW_SECRET_BYTES_MAX + 1];
    memset(large, 'x', sizeof(large));
    put("empty", "\n", 1, 0600);
    put("nul", "a\0b", 3, 0600);
    put("large", large, sizeof(large), 0600);
    put("full", large, sizeof(large) - 1, 0600);
    const struct {
        const char *name;
        enum bw_err code;
        const char *says;
    } cases[] = {
        { "empty", BW_ERR_INVALID, "secret file 'empty' gives nothing; put the secret there" },
        { "nul", BW_ERR_INVALID, "secret file 'nul' gives a NUL byte; a secret is text" },
        { "large", BW_ERR_TOOBIG, "secret file 'large' gives more than 65536 bytes" },
        { "/dev/null", BW_ERR_INVALID, "secret file '/dev/null' is not a plain file" },
        { ".", BW_ERR_INVALID, "secret file '.' is not a plain file" },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        cr_expect(eq(int, read_file(cases[i].name, &secret), cases[i].code));
        cr_expect(eq(str, err.text, (char *)cases[i].says));
        cr_expect(eq(ptr, secret.text, NULL));
    }
    cr_expect(eq(int, read_file("none", &secret), BW_ERR_NOTFOUND));
    cr_expect(ne(ptr, strstr(err.text, "beside the configuration"), NULL));
    cr_assert(eq(int, read_file("full", &secret), BW_OK));
    bw_secret_clear(&secret);
}

Test(secret, a_command_prints_it)
{
    struct bw_secret secret = { 0 };
    expect(run("echo from-the-vault", &secret), &secret, "from-the-vault");
    expect(run("exec 2>/dev/null; sleep 20 & echo quick", &secret), &secret, "quick");
}

Test(secret, a_failing_command_leaks_nothing)
{
    struct bw_secret secret = { 0 };
    cr_expect(eq(int, run("echo hunter2; echo hunter2 >&2; exit 3", &secret), BW_ERR_IO));
    cr_expect(eq(str, err.text,
                 "secret command 'sh' failed with exit code 3; run it by hand to see why"));
    cr_expect(eq(int, run("kill -9 $$", &secret), BW_ERR_IO));
    cr_expect(eq(int, run("yes hunter2", &secret), BW_ERR_TOOBIG));
    cr_expect(eq(ptr, strstr(err.text, "hunter2"), NULL));
    char *argv[] = { "/no/such/program" };
    struct bw_secret_ref ref = { .kind = BW_SECRET_COMMAND, .argv = { argv, 1, 1 } };
    cr_expect(eq(int, bw_secret_read(&ref, &secret, &err), BW_ERR_IO));
    cr_expect(eq(str, err.text,
                 "secret command '/no/such/program' cannot be run: No such file or directory"));
}

Test(secret, a_command_that_hangs_is_stopped)
{
    struct bw_secret secret = { 0 };
    int64_t start_ms = bw_clock_monotonic_ms();
    cr_expect(eq(int, run("exec >&-; sleep 60 & wait", &secret), BW_ERR_TIMEOUT));
    int64_t took_ms = bw_clock_monotonic_ms() - start_ms;
    cr_expect(ge(i64, took_ms, BW_SECRET_COMMAND_MS));
    cr_expect(lt(i64, took_ms, BW_SECRET_COMMAND_MS + 5000));
}
