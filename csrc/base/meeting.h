#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>

#include "base/team.h"

namespace ganglion {

/// Asked now and then, by the thread that made the call, whether to stop: for Ctrl-C.
struct Interrupt {
    bool (*wanted)(void* context);
    void* context;
};

inline constexpr Interrupt kNoInterrupt{[](void*) { return false; }, nullptr};

/// What a team that may be interrupted shares.
class StopSignal {
  public:
    explicit StopSignal(Interrupt interrupt) : interrupt_(interrupt) {}

    /// Rank 0 asks, before meeting number `meeting`.
    void poll(std::int64_t meeting) {
        if (stops_at(meeting)) return;  // asked and answered
        if (++unwatched_ < watch_every_) return;
        const auto now = std::chrono::steady_clock::now();
        watch_every_ = now - watched_ < kSoon ? std::min(2 * watch_every_, kMostUnwatched) : 1;
        unwatched_ = 0;
        watched_ = now;
        if (now - polled_ < kPollEvery) return;
        polled_ = now;
        if (interrupt_.wanted(interrupt_.context)) stop_at_ = meeting;
    }
    bool stops_at(std::int64_t meeting) const { return stop_at_ <= meeting; }

  private:
    /// Often enough for a person, seldom enough to cost nothing.
    static constexpr auto kPollEvery = std::chrono::milliseconds(20);
    /// Reading the clock takes as long as a small step: where meetings follow each other so soon,
    /// it is done before every other one, then every fourth, and so on.
    static constexpr auto kSoon = std::chrono::milliseconds(1);
    static constexpr int kMostUnwatched = 64;

    Interrupt interrupt_;
    int watch_every_ = 1;
    int unwatched_ = 0;
    std::chrono::steady_clock::time_point watched_ = std::chrono::steady_clock::now();
    std::chrono::steady_clock::time_point polled_ = std::chrono::steady_clock::now();
    std::atomic<std::int64_t> stop_at_ = std::numeric_limits<std::int64_t>::max();
};

/// One member's view of where the team meets. Meetings are numbered, so that all members stop at
/// the same one, also when rank 0 has already gone ahead and asked for the next.
class Meeting {
  public:
    Meeting(const Member& member, StopSignal& signal) : member_(member), signal_(signal) {}

    /// From here to `release` nothing stops: half of what is done there would be worse than none.
    void hold() { held_ = true; }
    void release() { held_ = false; }

    /// Wait until every member is here; returns whether to stop, the same for all.
    bool operator()() {
        if (held_) {
            member_.barrier();
            return false;
        }
        ++number_;
        if (member_.rank == 0) signal_.poll(number_);
        member_.barrier();
        return signal_.stops_at(number_);
    }

    /// Between two meetings, in long work: will the team stop at the next one? Then what this
    /// member does until there is lost anyway, and it may go there at once.
    bool stops_next() {
        if (held_) return false;
        if (member_.rank == 0) signal_.poll(number_ + 1);
        return signal_.stops_at(number_ + 1);
    }

  private:
    const Member& member_;
    StopSignal& signal_;
    std::int64_t number_ = 0;
    bool held_ = false;
};

}  // namespace ganglion
