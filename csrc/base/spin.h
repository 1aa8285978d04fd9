#pragma once

#include <atomic>
#include <chrono>

namespace ganglion {

/// Tell the core that this is a wait, so that it leaves its other thread more.
inline void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

/// How long a waiting thread looks before it goes to sleep; the clock is read once in so many
/// looks.
inline constexpr auto kLooks = std::chrono::microseconds(20);
inline constexpr int kLooksAtOnce = 64;

/// So long after it began to wait it surely still looks.
inline constexpr auto kStillLooks = std::chrono::microseconds(10);

/// Is `value` no longer `old`, or soon no more?
template <class T>
bool changes_soon(const std::atomic<T>& value, T old) {
    for (int i = 0; i < kLooksAtOnce; ++i) {
        if (value.load(std::memory_order_acquire) != old) return true;
        relax();
    }
    return false;
}

/// Wait until `value` is no longer `old`; whoever changes it must notify. A short wait reads no
/// clock.
template <class T>
void wait_while(const std::atomic<T>& value, T old) {
    if (changes_soon(value, old)) return;
    const auto begin = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begin < kLooks) {
        if (changes_soon(value, old)) return;
    }
    value.wait(old, std::memory_order_acquire);
}

}  // namespace ganglion
