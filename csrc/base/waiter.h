#pragma once

#include <atomic>
#include <chrono>

namespace ganglion {

/// How long a waiting thread looks before it goes to sleep: longer than Python takes from one call
/// of a model to the next, 10 to 15 us.
inline constexpr auto kLooks = std::chrono::microseconds(40);

/// So long after it began to wait a thread most likely still looks.
inline constexpr auto kStillLooks = std::chrono::microseconds(30);

/// One thread that waits for others: it looks for some microseconds, then sleeps. Longer looking
/// would hold a core that other programs, or a member that lost its own, wait for.
///
/// `ready` reads atomics that others set in the order of all.
class Waiter {
  public:
    /// Does it become ready while the thread looks?
    template <class Ready>
    static bool comes_within(std::chrono::microseconds looks, const Ready& ready) {
        if (comes_soon(ready)) return true;
        const auto begin = std::chrono::steady_clock::now();
        while (std::chrono::steady_clock::now() - begin < looks) {
            if (comes_soon(ready)) return true;
        }
        return false;
    }

    /// Sleep until it is ready.
    template <class Ready>
    void sleep(const Ready& ready) {
        for (;;) {
            asleep_.store(1);
            if (ready()) break;
            asleep_.wait(1);
        }
        asleep_.store(0);
    }

    /// Does it become ready within a moment? Reads no clock.
    template <class Ready>
    static bool comes_soon(const Ready& ready) {
        for (int i = 0; i < kLooksAtOnce; ++i) {
            if (ready()) return true;
            relax();
        }
        return false;
    }

    /// Whoever has set what it may wait for calls this.
    void wake() {
        if (asleep_.load() == 0) return;
        asleep_.store(0);
        asleep_.notify_one();
    }

  private:
    /// The clock is read once in so many looks.
    static constexpr int kLooksAtOnce = 64;

    /// Tell the core that this is a wait, so that it leaves its other thread more.
    static void relax() {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        asm volatile("yield");
#endif
    }

    std::atomic<int> asleep_{0};
};

}  // namespace ganglion
