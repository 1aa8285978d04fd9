#pragma once

#include <atomic>
#include <string>
#include <type_traits>

#include "base/affinity.h"
#include "base/event_count.h"
#include "base/matrix.h"

namespace ganglion {

/// Where the members of a team wait for each other.
class Barrier {
  public:
    /// `workers`: those of the members but for rank 0, their caller.
    explicit Barrier(Affinity& workers) : workers_(workers) {}

    void set_size(int size) { size_ = size; }
    void wait(int rank);

  private:
    Affinity& workers_;
    int size_ = 1;
    std::atomic<int> arrived_{0};
    EventCount complete_;
};

/// One thread of a team: which one it is, its share of the work, and where it meets the others.
/// This header and its source are the only ones that know of threads.
struct Member {
    int rank = 0;
    int size = 1;
    Barrier* meeting_place = nullptr;

    /// Wait until every member is here. All members call it equally often.
    void barrier() const {
        if (size > 1) meeting_place->wait(rank);
    }

    /// This member's part of `count` items, cut only at multiples of `grain`.
    Range share(Index count, Index grain) const {
        const Index blocks = ceil_div(count, grain);
        const auto cut = [&](Index part) {
            const Index edge = blocks * part / size * grain;
            return edge < count ? edge : count;
        };
        return {cut(rank), cut(rank + 1)};
    }
};

inline constexpr int kMostThreads = 4096;

/// How many threads a team may have, and who said so ("set_num_threads", a variable's name,
/// "cores", "this thread").
struct ThreadLimit {
    int threads;
    std::string source;
};

/// The limit for teams of the calling thread. Throws where GANGLION_NUM_THREADS says no number.
ThreadLimit thread_limit();

/// What the environment says of threads in variables of others, and does not count; empty: nothing.
std::string ignored_thread_limit();

/// Set a limit for teams of the calling thread, beside the process's; 0: none of its own. Returns
/// the one before.
int set_own_thread_limit(int threads);

/// Set the limit for this process; 0 returns to the environment's. Throws for a negative number.
void set_thread_limit(int threads);

/// `wanted` within the limit.
int team_size(int wanted);

/// What a member of a team runs: `body` is the caller's.
using TeamFunction = void (*)(const void* body, Member member) noexcept;

/// Run `function` on `size` threads: the caller's, and others that stay for the next call, asleep.
/// There is one such pool in the process. While it is in use by another call, and where the system
/// has no more threads, the team is smaller, in the end the caller alone.
void run_on_pool(int size, TeamFunction function, const void* body);

/// Call `body(member)` on up to `size` threads at once and return when all have. `body` must not
/// throw.
template <class Body>
void run_team(int size, const Body& body) {
    static_assert(std::is_nothrow_invocable_v<Body, Member>);
    if (size <= 1) return body(Member{});
    run_on_pool(
        size,
        [](const void* of_caller, Member member) noexcept {
            (*static_cast<const Body*>(of_caller))(member);
        },
        &body);
}

}  // namespace ganglion
