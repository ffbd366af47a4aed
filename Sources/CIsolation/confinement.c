#ifdef __linux__

#define _GNU_SOURCE
#include "CIsolation.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NATIVE_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

int lapwing_die_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ? -errno : 0; }

static int set_limit(int resource, rlim_t most) {
    struct rlimit limit = {.rlim_cur = most, .rlim_max = most};
    return setrlimit(resource, &limit);
}

#ifdef NATIVE_ARCHITECTURE

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
// The low half of an argument; both architectures put it first.
#define LOAD_ARGUMENT(number) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[number]))
#define ANSWER(what) BPF_STMT(BPF_RET | BPF_K, what)
#define REFUSE ANSWER(SECCOMP_RET_ERRNO | EPERM)
#define ALLOW(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 1), ANSWER(SECCOMP_RET_ALLOW)

// Calls that are allowed whatever their arguments: memory, time, threads that wait for each other, signals of the process to
// itself, and messages on descriptors that are open. Whatever is not here, or below, is refused with EPERM: a library
// that asks for something that it can do without goes on.
static int refuse_calls(void) {
    struct sock_filter program[] = {
        LOAD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCHITECTURE, 1, 0),
        ANSWER(SECCOMP_RET_KILL_PROCESS),
        LOAD(nr),

        ALLOW(futex),
        ALLOW(recvmsg),
        ALLOW(sendmsg),
#ifdef __NR_poll
        ALLOW(poll),
#endif
        ALLOW(ppoll),
        ALLOW(munmap),
        ALLOW(mremap),
        ALLOW(madvise),
        ALLOW(brk),
        ALLOW(close),
        ALLOW(read),
        ALLOW(write),
        ALLOW(clock_gettime),
        ALLOW(clock_getres),
        ALLOW(gettimeofday),
        ALLOW(nanosleep),
        ALLOW(clock_nanosleep),
        ALLOW(restart_syscall),
        ALLOW(sched_yield),
        ALLOW(sched_getaffinity),
        ALLOW(getpid),
        ALLOW(gettid),
        ALLOW(getrandom),
        ALLOW(set_robust_list),
        ALLOW(rseq),
        ALLOW(rt_sigaction),
        ALLOW(rt_sigprocmask),
        ALLOW(rt_sigreturn),
        ALLOW(rt_sigsuspend),
        ALLOW(sigaltstack),
#ifdef __NR_epoll_wait
        ALLOW(epoll_wait),
#endif
        ALLOW(epoll_pwait),
        ALLOW(exit),
        ALLOW(exit_group),

        // clone3 has its arguments in memory, where a filter cannot look. The C library takes clone where it is not there.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone3, 0, 1),
        ANSWER(SECCOMP_RET_ERRNO | ENOSYS),

        // Threads, but no processes.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone, 0, 5),
        LOAD_ARGUMENT(0),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, CLONE_VM | CLONE_THREAD),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CLONE_VM | CLONE_THREAD, 0, 1),
        ANSWER(SECCOMP_RET_ALLOW),
        REFUSE,

        // Memory, but none that can be executed.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_mmap, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_mprotect, 0, 4),
        LOAD_ARGUMENT(2),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0),
        ANSWER(SECCOMP_RET_ALLOW),
        REFUSE,

        // Signals to this process, as abort() sends them.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_tgkill, 0, 4),
        LOAD_ARGUMENT(0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)getpid(), 0, 1),
        ANSWER(SECCOMP_RET_ALLOW),
        REFUSE,

        REFUSE,
    };
    struct sock_fprog filter = {.len = sizeof program / sizeof program[0], .filter = program};
    // For all threads: the runtime may have started some.
    long status = syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter);
    return status == 0 ? 0 : -1;
}

#else

static int refuse_calls(void) { return -1; }

#endif

static int opens_files(void) {
    int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (file >= 0)
        close(file);
    return file >= 0;
}

static int opens_sockets(void) {
    const int families[] = {AF_INET, AF_INET6, AF_UNIX};
    int opened = 0;
    for (size_t index = 0; index < sizeof families / sizeof families[0]; index++) {
        int connection = socket(families[index], SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connection < 0)
            continue;
        close(connection);
        opened = 1;
    }
    return opened;
}

static int starts_processes(void) {
    // As fork() does, without what the C library does around it.
    long child = syscall(__NR_clone, SIGCHLD, 0, 0, 0, 0);
    if (child == 0)
        _exit(0);
    if (child > 0)
        waitpid((pid_t)child, NULL, 0);
    // There is no program without a name: who may start programs is told just that.
    char *nothing[] = {NULL};
    execve("", nothing, nothing);
    return child > 0 || errno != EPERM;
}

int lapwing_confine(uint64_t memory, int threads) {
    int confined = 0;
    // The limit on processes counts threads, too, and those of all processes of the user.
    if (!threads)
        set_limit(RLIMIT_NPROC, 0);
    set_limit(RLIMIT_CORE, 0);
    set_limit(RLIMIT_FSIZE, 0);
    set_limit(RLIMIT_NOFILE, 16);
    if (set_limit(RLIMIT_AS, memory) == 0)
        confined |= LAPWING_CONFINED_MEMORY;
    // A handler of core dumps would get one in spite of the limit; and nobody else shall look into the process.
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && refuse_calls() == 0)
        confined |= LAPWING_CONFINED_CALLS;
    if (!opens_files())
        confined |= LAPWING_CONFINED_FILES;
    if (!opens_sockets())
        confined |= LAPWING_CONFINED_NETWORK;
    if (!starts_processes())
        confined |= LAPWING_CONFINED_PROCESSES;
    return confined;
}

#endif
