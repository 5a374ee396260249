/* tests/support/program.c: see program.h. */
#include "support/program.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"

static void become(char *const *argv)
{
    const char *bin = getenv("BW_BIN");
    char *path = argv[0][0] == '/' ? argv[0] : bw_xasprintf("%s/%s", bin == NULL ? "bin" : bin, argv[0]);
    signal(SIGPIPE, SIG_DFL);
    execv(path, argv);
    _exit(127);
}

static char *read_all(int fd)
{
    struct bw_str text = { 0 };
    char some[4096];
    for (ssize_t got = 0; (got = read(fd, some, sizeof(some))) > 0;) {
        bw_str_append_bytes(&text, some, (size_t)got);
    }
    close(fd);
    return bw_str_take(&text);
}

static int code_of(pid_t child)
{
    int status = 0;
    cr_assert(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

struct program_run program_run(const char *input, char *const *argv)
{
    int files[3];
    for (int i = 0; i < 3; i++) {
        files[i] = memfd_create("std", MFD_CLOEXEC);
    }
    const char *given = input == NULL ? "" : input;
    cr_assert(write(files[0], given, strlen(given)) == (ssize_t)strlen(given));
    lseek(files[0], 0, SEEK_SET);
    pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < 3; i++) {
            dup2(files[i], i);
        }
        become(argv);
    }
    struct program_run run = { .code = code_of(child) };
    lseek(files[1], 0, SEEK_SET);
    lseek(files[2], 0, SEEK_SET);
    close(files[0]);
    run.out = read_all(files[1]);
    run.err = read_all(files[2]);
    return run;
}

struct program_run program_run_on_terminal(int columns, char *const *argv)
{
    struct winsize size = { .ws_row = 24, .ws_col = (unsigned short)columns };
    int terminal = -1;
    pid_t child = forkpty(&terminal, NULL, NULL, &size);
    cr_assert(child >= 0);
    if (child == 0) {
        become(argv);
    }
    struct program_run run = { .out = read_all(terminal), .err = bw_xstrdup("") };
    run.code = code_of(child);
    return run;
}

void program_run_clear(struct program_run *run)
{
    free(run->out);
    free(run->err);
}
