#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>

namespace ganglion {

/// Asked now and then, by the thread that made the call, whether to stop: for Ctrl-C.
struct Interrupt {
    bool (*wanted)(void* context);
    void* context;
};

inline constexpr Interrupt kNoInterrupt{[](void*) { return false; }, nullptr};

/// Whether a run is to stop: its leader asks, and all of its team may know.
class Stop {
  public:
    explicit Stop(Interrupt interrupt) : interrupt_(interrupt) {}

    /// From here to `release` nothing stops: half of what is done there would be worse than none.
    void hold() { held_ = true; }
    void release() { held_ = false; }

    bool wanted() const { return wanted_.load(std::memory_order_relaxed); }

    /// The leader's: ask, if it is time to. Returns whether to stop.
    bool poll() {
        if (held_ || wanted()) return wanted();
        if (++unwatched_ < watch_every_) return false;
        const Clock::time_point now = Clock::now();
        unwatched_ = 0;
        if (watched_ == Clock::time_point{}) {
            watched_ = polled_ = now;
            watch_every_ = 1;
            return false;
        }
        watch_every_ = now - watched_ < kSoon ? std::min(2 * watch_every_, kMostUnwatched) : 1;
        watched_ = now;
        if (now - polled_ < kPollEvery) return false;
        polled_ = now;
        if (interrupt_.wanted(interrupt_.context)) wanted_.store(true, std::memory_order_relaxed);
        return wanted();
    }

  private:
    using Clock = std::chrono::steady_clock;

    /// Often enough for a person, seldom enough to cost nothing.
    static constexpr auto kPollEvery = std::chrono::milliseconds(20);
    /// Reading the clock takes as long as a small step: it is not done before some, and where polls
    /// follow each other so soon, less and less often.
    static constexpr auto kSoon = std::chrono::milliseconds(1);
    static constexpr int kFirstUnwatched = 4;
    static constexpr int kMostUnwatched = 64;

    Interrupt interrupt_;
    bool held_ = false;
    int watch_every_ = kFirstUnwatched;
    int unwatched_ = 0;
    Clock::time_point watched_{};
    Clock::time_point polled_{};
    std::atomic<bool> wanted_{false};
};

}  // namespace ganglion
