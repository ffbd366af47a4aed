#define _GNU_SOURCE
#include "CIsolation.h"

#include <errno.h>

#ifdef __linux__

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int lapwing_socket_pair(int sockets[2]) {
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0 ? -errno : 0;
}

int lapwing_spawn(const char *path, char *const arguments[], char *const environment[], int socket, pid_t *process) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int status = posix_spawn_file_actions_init(&actions);
    if (status)
        return -status;
    status = posix_spawnattr_init(&attributes);
    if (status) {
        posix_spawn_file_actions_destroy(&actions);
        return -status;
    }
    // Above the numbers that are about to be used: a descriptor in their place would be closed before it is copied.
    int high = fcntl(socket, F_DUPFD_CLOEXEC, 16);
    if (high < 0)
        status = errno;
    for (int number = 0; !status && number < LAPWING_DECODER_SOCKET; number++)
        status = posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0);
    if (!status)
        status = posix_spawn_file_actions_adddup2(&actions, high, LAPWING_DECODER_SOCKET);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    // Ours do not survive exec anyway; this is for those that some library has opened without saying so.
    if (!status)
        status = posix_spawn_file_actions_addclosefrom_np(&actions, LAPWING_DECODER_SOCKET + 1);
#endif
    sigset_t blocked, all;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGHUP);
    sigaddset(&blocked, SIGQUIT);
    sigfillset(&all);
    if (!status)
        status = posix_spawnattr_setsigmask(&attributes, &blocked);
    if (!status)
        status = posix_spawnattr_setsigdefault(&attributes, &all);
    if (!status)
        status = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (!status)
        status = posix_spawn(process, path, &actions, &attributes, arguments, environment);
    if (high >= 0)
        close(high);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return -status;
}

int lapwing_await_end(pid_t process) {
    siginfo_t info;
    while (waitid(P_PID, (id_t)process, &info, WEXITED | WNOWAIT) < 0)
        if (errno != EINTR)
            return -errno;
    return 0;
}

int lapwing_reap(pid_t process, int *exit_code, int *signal) {
    int status;
    pid_t ended;
    do
        ended = waitpid(process, &status, 0);
    while (ended < 0 && errno == EINTR);
    if (ended < 0)
        return -errno;
    *exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    *signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return 0;
}

int lapwing_shared_memory(size_t size) {
    int descriptor = memfd_create("lapwing-decoder", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor < 0)
        return -errno;
    // Were it cut off, whoever reads it would end by SIGBUS.
    if (ftruncate(descriptor, (off_t)size) < 0 ||
        fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
        int status = -errno;
        close(descriptor);
        return status;
    }
    return descriptor;
}

// Room for the control message that carries one descriptor.
union one_descriptor {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

int lapwing_send(int socket, const void *bytes, size_t count, int descriptor) {
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    union one_descriptor control;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptor >= 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = &control;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
    }
    ssize_t sent;
    do
        sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

ssize_t lapwing_receive(int socket, void *bytes, size_t capacity, int *descriptor) {
    struct iovec part = {.iov_base = bytes, .iov_len = capacity};
    union one_descriptor control;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptor) {
        *descriptor = -1;
        message.msg_control = &control;
        message.msg_controllen = sizeof control.bytes;
    }
    ssize_t count;
    do
        count = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return -errno;
    if (descriptor) {
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
            header->cmsg_len == CMSG_LEN(sizeof(int)))
            memcpy(descriptor, CMSG_DATA(header), sizeof(int));
    }
    return message.msg_flags & MSG_TRUNC ? -EMSGSIZE : count;
}

int lapwing_wait(int socket, int writing, int milliseconds) {
    struct pollfd entry = {.fd = socket, .events = writing ? POLLOUT : POLLIN};
    int count = poll(&entry, 1, milliseconds);
    if (count < 0)
        return errno == EINTR ? 0 : -errno;
    return count;
}

#else

int lapwing_socket_pair(int sockets[2]) { return -ENOSYS; }
int lapwing_spawn(const char *path, char *const arguments[], char *const environment[], int socket, pid_t *process) {
    return -ENOSYS;
}
int lapwing_await_end(pid_t process) { return -ENOSYS; }
int lapwing_reap(pid_t process, int *exit_code, int *signal) { return -ENOSYS; }
int lapwing_shared_memory(size_t size) { return -ENOSYS; }
int lapwing_send(int socket, const void *bytes, size_t count, int descriptor) { return -ENOSYS; }
ssize_t lapwing_receive(int socket, void *bytes, size_t capacity, int *descriptor) { return -ENOSYS; }
int lapwing_wait(int socket, int writing, int milliseconds) { return -ENOSYS; }
int lapwing_die_with_parent(void) { return -ENOSYS; }
int lapwing_confine(uint64_t memory, int threads) { return 0; }

#endif
