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

/// Times a waiting thread looks before it goes to sleep: about 20 us.
inline constexpr int kSpins = 1000;

/// So long after it began to wait it surely still looks.
inline constexpr auto kStillLooks = std::chrono::microseconds(10);

/// Wait until `value` is no longer `old`; whoever changes it must notify.
template <class T>
void wait_while(const std::atomic<T>& value, T old) {
    for (int i = 0; i < kSpins; ++i) {
        if (value.load(std::memory_order_acquire) != old) return;
        relax();
    }
    value.wait(old, std::memory_order_acquire);
}

}  // namespace ganglion
