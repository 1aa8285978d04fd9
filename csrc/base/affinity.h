#pragma once

#include <pthread.h>

#include <mutex>
#include <vector>

namespace ganglion {

/// Keeps a caller's workers off the CPU of the thread that called them. The system likes to wake a
/// thread on the CPU of the one that wakes it, and may leave both there for milliseconds: each then
/// runs only while the other waits. The caller's own thread is never restricted, for it is not
/// ours.
class Affinity {
  public:
    /// A worker of the caller that was followed last, whose thread never ends.
    void add(pthread_t worker);

    /// Called by the caller, before it wakes workers and after it slept itself: if it is another
    /// thread than before, or on another CPU, let workers run wherever it may but for that CPU, if
    /// that leaves one for each. Does nothing where the system tells nothing about CPUs.
    void follow_caller();

  private:
    void place();

    std::mutex mutex_;  // workers add themselves
    std::vector<pthread_t> workers_;
    pthread_t caller_{};  // whom they follow, and the CPU it was on
    int cpu_ = -1;
};

/// The CPU that the calling thread runs on; negative where the system does not say.
int current_cpu();

}  // namespace ganglion
