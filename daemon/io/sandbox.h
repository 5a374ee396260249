/* daemon/io/sandbox.h: what a plugin's process may not do: reach the network, read what is not a
 * system library or itself, write a file, touch another process, or use more than its share.
 *
 * It is built before fork() and entered between fork() and exec(), where a program with threads may
 * only make system calls. Two walls, either of which is enough for most of it: Landlock (paths,
 * TCP, signals; since Linux 5.13) and a seccomp filter that answers EPERM, so that an interpreter
 * which merely tries its luck keeps running. */
#ifndef BW_IO_SANDBOX_H
#define BW_IO_SANDBOX_H
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct bw_sandbox;

enum {
    BW_SANDBOX_CPU_SEC = 60,
    BW_SANDBOX_MEMORY_MIB = 1024, /* address space; not limited in a sanitized build */
    BW_SANDBOX_FILES = 64,
    BW_SANDBOX_PROCESSES = 4096, /* of the user, so only a backstop; the unit has TasksMax */
};

/* Prepare for the program, an absolute path, which stays readable with its interpreter; nothing
 * beside it does. Errors: BW_ERR_IO. Ownership: *out is the caller's. */
BW_MUST_CHECK enum bw_err bw_sandbox_new(const char *program, struct bw_sandbox **out,
                                         struct bw_error *err);
void bw_sandbox_free(struct bw_sandbox *sandbox);
BW_DEFINE_FREEP(bw_sandbox)

/* Enter it for good; only in the child. Makes system calls alone. Returns the step that failed,
 * with errno set, or NULL. Without Landlock in the kernel it still succeeds: the filter stays. */
const char *bw_sandbox_enter(const struct bw_sandbox *sandbox);

/* Does this kernel keep a plugin from reading files? */
bool bw_sandbox_confines_files(void);
#endif
