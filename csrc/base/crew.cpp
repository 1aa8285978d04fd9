#include "base/crew.h"

#include <sched.h>

#include <algorithm>
#include <optional>

#include "base/short_turns.h"

namespace ganglion {
namespace {

/// Operations of a part that is worth being taken by itself: some 50 us.
constexpr double kPartOperations = 6e6;
constexpr int kMostParts = 128;

/// Numbers of jobs start again; after so many, lanes that had no part in them would seem ahead.
constexpr std::uint32_t kRenewEvery = 1U << 30;

/// A wait for a helper that lost its core takes as long as another thread's turn there.
constexpr auto kLate = std::chrono::microseconds(300);

/// A helper gives its core away, between two parts, before its turn of some milliseconds ends:
/// taken away, it would leave a part half done.
constexpr auto kTurn = std::chrono::milliseconds(2);
/// What takes longer, giving the core away or a part, was another's turn.
constexpr auto kOthersTurn = std::chrono::microseconds(100);
constexpr auto kLostWithin = std::chrono::milliseconds(1);

/// So long after a member was seen to lose its core works are still cut into more parts.
constexpr auto kDisturbed = std::chrono::milliseconds(50);

/// Who then sleeps wakes behind others, when their turn of some milliseconds has ended.
constexpr auto kLooksDisturbed = std::chrono::microseconds(200);

}  // namespace

/// What is posted, in one number: its own number, how many parts each member begins with, how many
/// members there are, and whether each takes only its own.
struct Crew::Job {
    std::uint32_t number;
    std::uint32_t size;
    std::uint32_t each;
    bool own;

    explicit Job(Jobs posted)
        : number(static_cast<std::uint32_t>(posted >> 32)),
          size(posted & 0xffff),
          each(posted >> 16 & 0x7fff),
          own((posted >> 31 & 1) != 0) {}
    Job(std::uint32_t job_number, int members, int parts_each, bool own_parts)
        : number(job_number),
          size(static_cast<std::uint32_t>(members)),
          each(static_cast<std::uint32_t>(parts_each)),
          own(own_parts) {}

    Jobs posted() const {
        return Jobs{number} << 32 | (own ? Jobs{1} << 31 : 0) | Jobs{each} << 16 | size;
    }
    /// A lane's state when so many parts are taken and done.
    std::uint64_t state(std::uint32_t taken, std::uint32_t done) const {
        return std::uint64_t{number} << 32 | taken << 16 | done;
    }
};

void Crew::reserve(int members) {
    for (int rank = 0; rank < members; ++rank) {
        auto& lane = lanes_[static_cast<std::size_t>(rank)];
        if (lane != nullptr) continue;
        lane = std::make_unique<Lane>();
        renew(*lane);
    }
}

/// Let the lane be that of the last job, with all of its parts taken and done.
void Crew::renew(Lane& lane) const { lane.state = Jobs{Job(posted()).number} << 32 | 0xffffffff; }

void Crew::divide(int size, double operations, PartFunction function, const void* body) {
    const int most = is_disturbed() ? std::max(1, kMostParts / size) : 1;
    const double worth = std::min(operations / kPartOperations / size, double{kMostParts});
    run(size, std::clamp(static_cast<int>(worth), 1, most), false, function, body);
}

void Crew::each(int size, PartFunction function, const void* body) {
    run(size, 1, true, function, body);
}

void Crew::run(int size, int each, bool own, PartFunction function, const void* body) {
    function_ = function;
    body_ = body;
    const Job job(Job(posted()).number + 1, size, each, own);
    if (job.number % kRenewEvery == 0) {
        for (const auto& lane : lanes_) {
            if (lane != nullptr) renew(*lane);
        }
    }
    post(job);
    work(0, job);
    for (int owner = 0; owner < size; ++owner) await_done(owner, job);
}

void Crew::post(const Job& job) {
    posted_.store(job.posted());
    for (std::size_t rank = 1; rank < job.size; ++rank) lanes_[rank]->helper.wake();
}

void Crew::serve(int rank, Jobs after) {
    Lane& mine = *lanes_[static_cast<std::size_t>(rank)];
    const auto is_for_me = [rank](Jobs job) {
        return static_cast<std::uint32_t>(rank) < Job(job).size;
    };
    const auto is_next = [&] {
        const Jobs now = posted();
        return now != after && is_for_me(now);
    };
    for (;;) {
        if (!Waiter::comes_within(looks(), is_next)) {
            std::optional<ShortTurns> wakes_first;
            if (is_disturbed()) wakes_first.emplace();
            mine.helper.sleep(is_next);
            mine.turn = {};  // a new one has begun
        }
        after = posted();
        if (is_for_me(after)) work(rank, Job(after));
    }
}

/// Do the member's own parts; then, so that nobody waits for one that has not begun, those of
/// others.
void Crew::work(int rank, const Job& job) {
    const auto size = static_cast<int>(job.size);
    const auto each = static_cast<int>(job.each);
    const int lanes = job.own || (rank > 0 && each == 1) ? 1 : size;
    const bool watches = rank > 0 && each > 1;
    for (int i = 0; i < lanes; ++i) {
        const int owner = rank + i < size ? rank + i : rank + i - size;
        for (int part = take(owner, job); part >= 0; part = take(owner, job)) {
            const Clock::time_point began = watches ? Clock::now() : Clock::time_point{};
            function_(body_, {owner * each + part, size * each, rank});
            finish(owner, job);
            if (watches) end_turn_in_time(*lanes_[static_cast<std::size_t>(rank)], began);
        }
    }
}

/// The next part of the owner's that nobody has begun; negative: there is none.
int Crew::take(int owner, const Job& job) {
    std::atomic<std::uint64_t>& state = lanes_[static_cast<std::size_t>(owner)]->state;
    std::uint64_t before = state.load();
    for (;;) {
        const auto behind = static_cast<std::int32_t>(job.number - (before >> 32));
        if (behind < 0) return -1;
        const std::uint64_t begun = behind > 0 ? job.state(0, 0) : before;
        const auto taken = static_cast<std::uint32_t>(begun >> 16 & 0xffff);
        if (taken >= job.each) return -1;
        if (state.compare_exchange_weak(before, begun + (1 << 16))) return static_cast<int>(taken);
    }
}

void Crew::finish(int owner, const Job& job) {
    const std::uint64_t after = lanes_[static_cast<std::size_t>(owner)]->state.fetch_add(1) + 1;
    if (after == job.state(job.each, job.each)) leader_.wake();
}

void Crew::await_done(int owner, const Job& job) {
    const std::atomic<std::uint64_t>& state = lanes_[static_cast<std::size_t>(owner)]->state;
    const auto is_done = [&] { return state.load() == job.state(job.each, job.each); };
    if (Waiter::comes_soon(is_done)) return;
    const Clock::time_point begin = Clock::now();
    // Where the leader was moved, its helper may be kept off every CPU but the leader's.
    affinity_.follow_caller();
    if (!Waiter::comes_within(looks(), is_done)) {
        leader_.sleep(is_done);
        affinity_.follow_caller();
    }
    note_wait(begin);
}

/// Waits that are long, and a good part of the time, are for a helper that lost its core.
void Crew::note_wait(Clock::time_point begin) {
    const Clock::time_point end = Clock::now();
    if (end - begin > kLate && end - begin > (end - waited_) / 4) note_disturbance(end);
    waited_ = end;
}

/// A helper's, after a part: give the core away if the turn comes to its end.
void Crew::end_turn_in_time(Lane& mine, Clock::time_point part_began) {
    const Clock::time_point now = Clock::now();
    const bool is_new = mine.turn == Clock::time_point{} || now - part_began > kLostWithin;
    if (is_new) mine.turn = now;
    if (now - mine.turn < kTurn) return;
    sched_yield();
    mine.turn = Clock::now();
    if (mine.turn - now > kOthersTurn) note_disturbance(mine.turn);
}

void Crew::note_disturbance(Clock::time_point now) {
    disturbed_until_ = (now + kDisturbed).time_since_epoch().count();
}

std::chrono::microseconds Crew::looks() { return is_disturbed() ? kLooksDisturbed : kLooks; }

bool Crew::is_disturbed() {
    Clock::rep until = disturbed_until_.load(std::memory_order_relaxed);
    if (until == 0) return false;
    const bool still = Clock::now().time_since_epoch().count() < until;
    if (!still) disturbed_until_.compare_exchange_strong(until, 0);
    return still;
}

}  // namespace ganglion
