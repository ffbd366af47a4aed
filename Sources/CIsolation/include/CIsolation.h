#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// What Swift cannot call for keeping a decoder in a process of its own: variadic calls, macros of control messages, and
// filters of system calls. Only Linux has all of it; elsewhere everything here fails with ENOSYS.
// Calls return 0 or more, or a negative errno.

// The descriptor under which a decoder's process finds its socket.
#define LAPWING_DECODER_SOCKET 3

// What a process of its own is kept from, as bits.
enum {
    // More memory than it is given.
    LAPWING_CONFINED_MEMORY = 1 << 0,
    // System calls outside of a list.
    LAPWING_CONFINED_CALLS = 1 << 1,
    // Opening files: tried, and refused.
    LAPWING_CONFINED_FILES = 1 << 2,
    // Making sockets: tried, and refused.
    LAPWING_CONFINED_NETWORK = 1 << 3,
    // Starting processes and programs: tried, and refused.
    LAPWING_CONFINED_PROCESSES = 1 << 4,
};

// A pair of connected sockets that keep messages apart; neither survives exec.
int lapwing_socket_pair(int sockets[2]);

// Starts a program with `socket` as descriptor LAPWING_DECODER_SOCKET, nothing else open, and without a terminal.
// Signals with which a service or a terminal asks for an end are blocked in it: its parent decides.
int lapwing_spawn(const char *path, char *const arguments[], char *const environment[], int socket, pid_t *process);

// Waits until a child of this process has ended, but leaves it to be waited for.
int lapwing_await_end(pid_t process);
// Takes an ended child's exit status; `signal` is 0 when it left by itself.
int lapwing_reap(pid_t process, int *exit_code, int *signal);

// A piece of memory without a name that can be mapped by several processes, of a size that nobody can change any more.
int lapwing_shared_memory(size_t size);

// Sends a message, with a descriptor unless that is negative; does not wait. -EAGAIN: the other side does not read.
int lapwing_send(int socket, const void *bytes, size_t count, int descriptor);
// Receives a message; does not wait. Its size; 0: the other side has closed; -EAGAIN: there is none; -EMSGSIZE: it is larger
// than `capacity`. A descriptor that came with it goes to `descriptor`, otherwise that is -1; with NULL none is taken.
ssize_t lapwing_receive(int socket, void *bytes, size_t capacity, int *descriptor);
// Waits until there is something to receive, or, with `writing`, room to send: 1; or until time is up: 0.
int lapwing_wait(int socket, int writing, int milliseconds);

// Has the system end this process when the thread that started it ends.
int lapwing_die_with_parent(void);
// Takes from this process, for good, what decoding does not need, and tries whether it is gone. `memory`: bytes of address
// space that it may have; `threads`: whether it starts any. Returns LAPWING_CONFINED_ bits.
int lapwing_confine(uint64_t memory, int threads);
