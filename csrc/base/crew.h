#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

#include "base/affinity.h"
#include "base/team.h"
#include "base/thread_limit.h"
#include "base/waiter.h"

namespace ganglion {

/// The members of a team: how its leader, rank 0, gives out work to the helpers, and how they take
/// it. A helper that has lost its core holds up nobody but for the part that it is in: the others
/// take what it has not begun.
class Crew {
  public:
    using Jobs = std::uint64_t;

    /// `last`: the number of the job before the first; tests begin where numbers start again.
    explicit Crew(std::uint32_t last = 0) : posted_(Jobs{last} << 32) {}

    /// Of the helpers, who each are added to it.
    Affinity& affinity() { return affinity_; }

    /// Make room for so many members. Called by the leader, between jobs.
    void reserve(int members);

    /// The leader's: cut work into parts and return when all are done (Team::divide, Team::each).
    void divide(int size, double operations, PartFunction function, const void* body);
    void each(int size, PartFunction function, const void* body);

    /// Was a member lately seen to lose its core to other threads?
    bool is_disturbed();

    /// The last job, its number in the upper half: a helper that begins to serve gets those after
    /// it.
    Jobs posted() const { return posted_.load(); }

    /// A helper's: work for ever.
    [[noreturn]] void serve(int rank, Jobs after);

  private:
    using Clock = std::chrono::steady_clock;
    struct Job;

    /// What one member begins with, in a cache line of its own, and where it waits.
    struct alignas(128) Lane {
        std::atomic<std::uint64_t> state{0};  // the job's number, parts taken of it and done
        Waiter helper;
        Clock::time_point turn{};  // when its helper got its core, as far as that was looked at
    };

    void run(int size, int each, bool own, PartFunction function, const void* body);
    void renew(Lane& lane) const;
    void post(const Job& job);
    void work(int rank, const Job& job);
    int take(int owner, const Job& job);
    void finish(int owner, const Job& job);
    void await_done(int owner, const Job& job);
    void note_wait(Clock::time_point begin);
    void note_disturbance(Clock::time_point now);
    std::chrono::microseconds looks();
    void end_turn_in_time(Lane& mine, Clock::time_point part_began);

    Affinity affinity_;
    std::array<std::unique_ptr<Lane>, kMostThreads> lanes_;
    // What helpers read of each job, in one cache line with nothing that members write within it.
    alignas(128) std::atomic<Jobs> posted_;
    PartFunction function_ = nullptr;  // the job's
    const void* body_ = nullptr;
    alignas(128) Waiter leader_;
    std::atomic<Clock::rep> disturbed_until_{0};  // members were seen to lose their cores; 0: not
    Clock::time_point waited_{};                  // when the leader last waited long
};

}  // namespace ganglion
