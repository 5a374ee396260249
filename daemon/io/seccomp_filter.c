/* daemon/io/seccomp_filter.c: see seccomp_filter.h. A list of refusals, not of permissions: a
 * plugin may be written in any language, and their runtimes differ in what they call. */
#include "io/seccomp_filter.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/mem.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "the plugin sandbox knows x86_64 and aarch64"
#endif

/* Calls added after these headers were written are answered ENOSYS, as by an older kernel. */
#define NEWEST_CALL SYS_set_mempolicy_home_node

#define NAMESPACES                                                                                 \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |  \
     CLONE_NEWNET)

static const int REFUSED[] = {
    /* the network */
    SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4,
    SYS_sendto, SYS_sendmsg, SYS_sendmmsg, SYS_recvfrom, SYS_recvmsg, SYS_recvmmsg,
    /* other processes; the group of a plugin is what ends it, so it may not leave it */
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_process_madvise, SYS_kcmp,
    SYS_kill, SYS_tkill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_pidfd_open,
    SYS_pidfd_getfd, SYS_pidfd_send_signal, SYS_setsid, SYS_setpgid, SYS_setpriority,
    SYS_ioprio_set, SYS_sched_setscheduler, SYS_sched_setparam, SYS_sched_setattr,
    SYS_migrate_pages, SYS_move_pages,
    /* memory and queues shared by name */
    SYS_shmget, SYS_shmat, SYS_semget, SYS_msgget, SYS_mq_open, SYS_mq_unlink,
    /* doors into the kernel */
    SYS_add_key, SYS_request_key, SYS_keyctl, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd,
    SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, SYS_fanotify_init,
    SYS_name_to_handle_at, SYS_open_by_handle_at, SYS_lookup_dcookie, SYS_seccomp,
    /* mounts and namespaces */
    SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_unshare, SYS_setns, SYS_open_tree,
    SYS_move_mount, SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_mount_setattr,
    /* the machine, where the daemon runs as root */
    SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_reboot, SYS_swapon,
    SYS_swapoff, SYS_acct, SYS_syslog, SYS_settimeofday, SYS_clock_settime, SYS_adjtimex,
    SYS_clock_adjtime, SYS_sethostname, SYS_setdomainname, SYS_quotactl, SYS_vhangup,
    /* names and attributes in the file system */
    SYS_mkdirat, SYS_mknodat, SYS_unlinkat, SYS_symlinkat, SYS_linkat, SYS_renameat2, SYS_truncate,
    SYS_fchmod, SYS_fchmodat, SYS_fchown, SYS_fchownat, SYS_utimensat, SYS_setxattr,
    SYS_lsetxattr, SYS_fsetxattr, SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr,
#if defined(SYS_renameat)
    SYS_renameat,
#endif
#if defined(__x86_64__)
    SYS_creat, SYS_mkdir, SYS_rmdir, SYS_mknod, SYS_unlink, SYS_symlink, SYS_link, SYS_rename,
    SYS_chmod, SYS_chown, SYS_lchown, SYS_utime, SYS_utimes, SYS_futimesat, SYS_iopl, SYS_ioperm,
    SYS_modify_ldt, SYS_kexec_file_load,
#endif
};

/* Calls that have an older form which can be looked into: the caller falls back to it. */
static const int ABSENT[] = { SYS_clone3, SYS_openat2 };

static void step(struct bw_seccomp *filter, struct sock_filter instruction);
static void answer(struct bw_seccomp *filter, uint32_t verdict);
static void load(struct bw_seccomp *filter, size_t offset);
static void refuse(struct bw_seccomp *filter, int call, int error);
static void refuse_bits(struct bw_seccomp *filter, int call, unsigned argument, uint32_t bits);

#define NUMBER offsetof(struct seccomp_data, nr)
#define ERRNO_OF(error) (SECCOMP_RET_ERRNO | ((uint32_t)(error)&SECCOMP_RET_DATA))

void bw_seccomp_build(struct bw_seccomp *filter, bool read_only)
{
    filter->count = 0;
    load(filter, offsetof(struct seccomp_data, arch));
    step(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0));
    answer(filter, SECCOMP_RET_KILL_PROCESS);
    load(filter, NUMBER);
    /* Also refuses the x32 calls of x86_64, which are numbered from 0x40000000. */
    step(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, NEWEST_CALL, 0, 1));
    answer(filter, ERRNO_OF(ENOSYS));
    for (size_t i = 0; i < BW_COUNT(REFUSED); i++) {
        refuse(filter, REFUSED[i], EPERM);
    }
    for (size_t i = 0; i < BW_COUNT(ABSENT); i++) {
        refuse(filter, ABSENT[i], ENOSYS);
    }
    refuse_bits(filter, SYS_clone, 0, (uint32_t)NAMESPACES);
    refuse_bits(filter, SYS_prlimit64, 0, UINT32_MAX); /* of another process */
    if (read_only) {
        const uint32_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;
        refuse_bits(filter, SYS_openat, 2, writing);
#if defined(SYS_open)
        refuse_bits(filter, SYS_open, 1, writing);
#endif
    }
    answer(filter, SECCOMP_RET_ALLOW);
}

bool bw_seccomp_install(const struct bw_seccomp *filter)
{
    const struct sock_fprog program = {
        .len = filter->count, .filter = (struct sock_filter *)filter->steps
    };
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

static void step(struct bw_seccomp *filter, struct sock_filter instruction)
{
    assert(filter->count < BW_SECCOMP_STEPS_MAX);
    filter->steps[filter->count++] = instruction;
}

static void answer(struct bw_seccomp *filter, uint32_t verdict)
{
    step(filter, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, verdict));
}

static void load(struct bw_seccomp *filter, size_t offset)
{
    step(filter, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void refuse(struct bw_seccomp *filter, int call, int error)
{
    step(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 1));
    answer(filter, ERRNO_OF(error));
}

/* Refuse the call when any of the bits is set in the low half of the argument (both architectures
 * are little-endian); leaves the call's number loaded again. */
static void refuse_bits(struct bw_seccomp *filter, int call, unsigned argument, uint32_t bits)
{
    size_t at = offsetof(struct seccomp_data, args) + argument * sizeof(uint64_t);
    step(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 4));
    load(filter, at);
    step(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1));
    answer(filter, ERRNO_OF(EPERM));
    load(filter, NUMBER);
}
