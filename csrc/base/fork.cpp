#include "base/fork.h"

#include <pthread.h>

#include <atomic>

namespace ganglion {
namespace {

std::atomic<std::uint32_t> fork_count{0};

const int registered = pthread_atfork(nullptr, nullptr, [] { ++fork_count; });

}  // namespace

std::uint32_t forks() {
    static_cast<void>(registered);
    return fork_count.load(std::memory_order_relaxed);
}

}  // namespace ganglion
