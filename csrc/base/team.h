#pragma once

#include <cstdint>
#include <type_traits>

#include "base/matrix.h"

namespace ganglion {

/// One of the parts that work is cut into, and which member of the team does it. Nothing above this
/// header knows of threads.
struct Part {
    int index = 0;
    int count = 1;
    int rank = 0;  // the member: for memory of its own

    /// This part of `items`, cut only at multiples of `grain`.
    Range share(Index items, Index grain) const {
        if (count == 1) return {0, items};
        const Index blocks = ceil_div(items, grain);
        const auto cut = [&](Index part) {
            const Index edge = blocks * part / count * grain;
            return edge < items ? edge : items;
        };
        return {cut(index), cut(index + 1)};
    }
};

using PartFunction = void (*)(const void* body, Part part) noexcept;

class Crew;
class Play;

/// The threads of one call, as the one that leads them sees them: its caller's.
class Team {
  public:
    /// The caller alone.
    Team() = default;
    Team(Crew* crew, int size) : crew_(size > 1 ? crew : nullptr), size_(size) {}
    /// Of members that the caller plays.
    Team(Play* play, int size) : play_(play), size_(size) {}

    int size() const { return size_; }

    /// Who plays it; null: its members are threads.
    Play* play() const { return play_; }

    /// Was a member lately seen to lose its core to other threads?
    bool is_disturbed() const;

    /// Works given out to these threads since they began, in whatever team; of no helpers 0. Starts
    /// again at 2^32. A test reads it around a run.
    std::uint32_t works_given() const;

    /// Cut work into parts and call `body(part)` for each; return when all are done. There is one
    /// for each member; where members lose their cores to others there are more, of no less than
    /// some 50 us each, and who comes first takes the next. `operations`: those of all the work.
    template <class Body>
    void divide(double operations, const Body& body) const {
        static_assert(std::is_nothrow_invocable_v<Body, Part>);
        if (size_ == 1) return body(Part{});
        run_parts(operations, &call<Body>, &body);
    }

    /// Call `body(part)` once on each member's own thread.
    template <class Body>
    void each(const Body& body) const {
        static_assert(std::is_nothrow_invocable_v<Body, Part>);
        if (size_ == 1) return body(Part{});
        run_each(&call<Body>, &body);
    }

  private:
    template <class Body>
    static void call(const void* body, Part part) noexcept {
        (*static_cast<const Body*>(body))(part);
    }
    void run_parts(double operations, PartFunction function, const void* body) const;
    void run_each(PartFunction function, const void* body) const;
    void play_parts(PartFunction function, const void* body) const;

    Crew* crew_ = nullptr;
    Play* play_ = nullptr;
    int size_ = 1;
};

/// What the caller of a team does: `lead` is its own.
using LeadFunction = void (*)(const void* lead, const Team& team) noexcept;

/// Call `function` with a team of up to `size` threads: the caller's, and those of the threading
/// layer, which stay for the next call, asleep. One team of the process is at work at a time: a
/// call beside it, and one for which the system has no threads, has fewer, in the end the caller's
/// alone.
void lead_team(int size, LeadFunction function, const void* lead);

/// Call `lead(team)` with a team of up to `size` threads. `lead` must not throw.
template <class Lead>
void run_team(int size, const Lead& lead) {
    static_assert(std::is_nothrow_invocable_v<Lead, const Team&>);
    if (size <= 1) return lead(Team());
    lead_team(
        size,
        [](const void* of_caller, const Team& team) noexcept {
            (*static_cast<const Lead*>(of_caller))(team);
        },
        &lead);
}

}  // namespace ganglion
