#pragma once

#include <pthread.h>

#include <vector>

namespace ganglion {

/// Keeps a pool's workers off the CPU of the thread that called them. The system likes to wake a
/// thread on the CPU of the one that wakes it, and may leave both there for milliseconds: each then
/// runs only while the other waits. The caller's own thread is never restricted, for it is not
/// ours.
class Affinity {
  public:
    void add(pthread_t worker) { workers_.push_back(worker); }

    /// Called by the caller, before it wakes workers and after it slept itself: if it is another
    /// thread than before, or on another CPU, let workers run wherever it may but for that CPU, if
    /// that leaves one for each. Does nothing where the system tells nothing about CPUs.
    void follow_caller();

  private:
    std::vector<pthread_t> workers_;
    std::size_t placed_ = 0;  // workers that keep off this caller and CPU:
    pthread_t caller_{};
    int cpu_ = -1;
};

/// The CPU that the calling thread runs on; negative where the system does not say.
int current_cpu();

}  // namespace ganglion
