/* tests/support/program.h: run a program of the build and see what it says. */
#ifndef BW_TESTS_PROGRAM_H
#define BW_TESTS_PROGRAM_H

struct program_run {
    int code;  /* exit code, or 128 + signal */
    char *out; /* stdout; on a terminal stdout and stderr together */
    char *err;
};

/* Run $BW_BIN/argv[0], or argv[0] when that is an absolute path. stdin is `input`, "" when NULL. Ownership: clear the result. */
struct program_run program_run(const char *input, char *const *argv);
/* The same on a terminal of so many columns. */
struct program_run program_run_on_terminal(int columns, char *const *argv);
void program_run_clear(struct program_run *run);

#define RUN(...) program_run(NULL, (char *const[]){ "basewatch", __VA_ARGS__, NULL })
#endif
