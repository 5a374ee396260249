/* daemon/io/seccomp_filter.h: the system calls that a plugin is refused, as a BPF program. */
#ifndef BW_IO_SECCOMP_FILTER_H
#define BW_IO_SECCOMP_FILTER_H
#include <linux/filter.h>
#include <stdbool.h>

enum { BW_SECCOMP_STEPS_MAX = 512 };

struct bw_seccomp {
    struct sock_filter steps[BW_SECCOMP_STEPS_MAX];
    unsigned short count;
};

/* read_only: open() for writing or creating is refused as well. */
void bw_seccomp_build(struct bw_seccomp *filter, bool read_only);

/* One system call, fit for the time between fork() and exec(). False, with errno, when the kernel
 * does not take it. */
bool bw_seccomp_install(const struct bw_seccomp *filter);
#endif
