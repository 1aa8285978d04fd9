#pragma once

#include <atomic>
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

    /// Member `rank` of `size` waits for all others.
    void wait(int rank, int size);

  private:
    Affinity& workers_;
    std::atomic<int> arrived_{0};
    EventCount complete_;
};

/// One thread of a team: which one it is, its share of the work, and where it meets the others.
/// Nothing above this header knows of threads.
struct Member {
    int rank = 0;
    int size = 1;
    Barrier* meeting_place = nullptr;

    /// Wait until every member is here. All members call it equally often.
    void barrier() const {
        if (size > 1) meeting_place->wait(rank, size);
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

/// What a member of a team runs: `body` is the caller's.
using TeamFunction = void (*)(const void* body, Member member) noexcept;

/// Run `function` on up to `size` threads: the caller's, and those of the threading layer, which
/// stay for the next call, asleep. One team of the process is at work at a time: a call beside it,
/// and one for which the system has no threads, runs on fewer, in the end on the caller's alone.
void run_on_threads(int size, TeamFunction function, const void* body);

/// Call `body(member)` on up to `size` threads at once and return when all have. `body` must not
/// throw.
template <class Body>
void run_team(int size, const Body& body) {
    static_assert(std::is_nothrow_invocable_v<Body, Member>);
    if (size <= 1) return body(Member{});
    run_on_threads(
        size,
        [](const void* of_caller, Member member) noexcept {
            (*static_cast<const Body*>(of_caller))(member);
        },
        &body);
}

}  // namespace ganglion
