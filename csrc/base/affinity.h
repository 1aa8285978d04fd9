#pragma once

#include <pthread.h>

namespace ganglion {

// On which CPUs the threads of a team run. The system likes to wake a thread on the CPU of the one
// that wakes it, and may leave both there for milliseconds: each then runs only while the other
// waits. Where the system tells nothing about CPUs, these do nothing.

/// The CPU that the calling thread runs on.
int current_cpu();

/// Let `thread` run wherever the calling thread may, but for `cpu`.
void keep_off(int cpu, pthread_t thread);

/// Go to another CPU if the calling thread runs on `cpu`. It may run where it might before.
void leave(int cpu);

}  // namespace ganglion
