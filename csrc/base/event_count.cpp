#include "base/event_count.h"

#include <chrono>

namespace ganglion {
namespace {

/// How long a waiting thread looks before it goes to sleep; the clock is read once in so many
/// looks.
constexpr auto kLooks = std::chrono::microseconds(20);
constexpr int kLooksAtOnce = 64;

/// Tell the core that this is a wait, so that it leaves its other thread more.
void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

}  // namespace

void EventCount::advance() {
    count_.fetch_add(1, std::memory_order_release);
    count_.notify_all();
}

/// A short wait reads no clock.
bool EventCount::comes_soon(std::uint32_t seen) const {
    for (int i = 0; i < kLooksAtOnce; ++i) {
        if (count() != seen) return true;
        relax();
    }
    return false;
}

bool EventCount::await_past(std::uint32_t seen) const {
    if (comes_soon(seen)) return false;
    const auto begin = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begin < kLooks) {
        if (comes_soon(seen)) return false;
    }
    count_.wait(seen, std::memory_order_acquire);
    return true;
}

}  // namespace ganglion
