#include "train/trainer.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/thread_limit.h"
#include "train/swept.h"

namespace ganglion {
namespace {

/// From so much work for each thread two are tried beside one.
constexpr double kTriedOperationsPerThread = 0.1e6;

/// From one choice to the next: some 5 ms, and 50 where threads lose their cores to others, for
/// turns of some milliseconds each. The last batches count with those before them, for a rest of
/// few rows would look quick.
constexpr double kStretchOperations = 5e8;
constexpr double kDisturbedStretchOperations = 5e9;

template <class T>
std::vector<Routine<T>*> checked(std::vector<Routine<T>*> routines) {
    if (routines.empty()) fail("Trainer", "routines is empty, must hold at least one");
    if (std::find(routines.begin(), routines.end(), nullptr) != routines.end())
        fail("Trainer", "routines holds nothing in place of a routine");
    return routines;
}

/// Batches of one step must have gradients of the same parameters.
template <class T>
void check_reach(const std::vector<Routine<T>*>& routines) {
    for (const Routine<T>* one : routines) {
        for (const Routine<T>* other : routines) {
            const bool together = one->optimizer() != nullptr &&
                                  one->optimizer() == other->optimizer() &&
                                  one->optimizer()->batches_a_step() > 1;
            if (together && !without(one->reached(), other->reached()).empty())
                fail("Trainer",
                     "routines whose batches make steps together train different"
                     " parameters, must train the same");
        }
    }
}

/// Of the largest of the routines' batches of so many rows; nothing: of as many as each can have.
template <class T>
double operations_of(const std::vector<Routine<T>*>& routines, std::optional<Index> rows = {}) {
    double most = 0;
    for (const Routine<T>* routine : routines)
        most = std::max(most, routine->operations(rows.value_or(routine->max_batch())));
    return most;
}

}  // namespace

template <class T>
Trainer<T>::Trainer(std::vector<Routine<T>*> routines)
    : routines_(checked(std::move(routines))), team_choice_(operations_of(routines_)) {
    for (const Routine<T>* routine : routines_) {
        if (&routine->store() != &routines_[0]->store())
            fail("Trainer", "routines have different stores, must share one");
    }
    check_reach(routines_);
}

template <class T>
Routine<T>& Trainer<T>::routine_of(Index batch) const {
    return *routines_[static_cast<std::size_t>(batch) % routines_.size()];
}

template <class T>
bool Trainer<T>::only_evaluates() const {
    return std::all_of(routines_.begin(), routines_.end(), [](const Routine<T>* routine) {
        return routine->purpose() == Purpose::evaluate;
    });
}

/// Its routines, and their optimizers: other trainers may have them too.
template <class T>
std::deque<Busy::Scope> Trainer<T>::hold_what_it_runs(const char* call) const {
    std::set<Busy*> guards;
    for (Routine<T>* routine : routines_) {
        guards.insert(&routine->busy());
        if (routine->optimizer() != nullptr) guards.insert(&routine->optimizer()->busy());
    }
    std::deque<Busy::Scope> held;
    for (Busy* guard : guards) held.emplace_back(*guard, call);
    return held;
}

template <class T>
Outcome Trainer<T>::run(const Batches& batches, Range range, const double* rates,
                        Interrupt interrupt) {
    const char* const call = only_evaluates() ? "evaluate" : "fit";
    const Busy::Scope scope(busy_, call);
    const std::deque<Busy::Scope> held = hold_what_it_runs(call);
    Access& access = routines_[0]->store().access();
    const Access::Hold hold = only_evaluates() ? access.read(call) : access.run(call);
    for (const Routine<T>* routine : routines_) routine->check(batches);
    if (range.begin < 0 || range.end > batches.count()) {
        fail("run", "batches ", range.begin, " to ", range.end, " are not among ", batches.count());
    }
    if (range.begin < range.end) {
        const Index rows =
            batches.samples_of(range.end - 1).end - batches.samples_of(range.begin).begin;
        for (Routine<T>* routine : routines_) routine->make_room(batches, rows);
    }
    const double work = operations_of(routines_, std::min(batches.batch_size, batches.samples));
    const int pair = std::min(2, worthwhile_team(work, kTriedOperationsPerThread));
    const int team = std::max(pair, worthwhile_team(work));
    for (Routine<T>* routine : routines_) routine->reserve_team(team);
    first_ = range.begin;
    Stop stop(interrupt);
    return team > 1 && !full_teams() ? run_by_trial(team, work, batches, range, rates, stop)
                                     : run_team_of(team, batches, range, rates, stop);
}

/// In stretches, each on one thread or on the team. Waking others counts where a run begins with
/// it; later they are awake before the clock starts, as they stay once a team is chosen.
template <class T>
Outcome Trainer<T>::run_by_trial(int size, double work, const Batches& batches, Range range,
                                 const double* rates, Stop& stop) {
    Outcome outcome{Ending::complete, range.begin};
    while (outcome.ending == Ending::complete && outcome.batch < range.end) {
        const Index begin = outcome.batch;
        const double worth = disturbed_ ? kDisturbedStretchOperations : kStretchOperations;
        const Index stretch = std::max<Index>(1, static_cast<Index>(worth / work));
        const bool last = range.end - begin < 2 * stretch;
        const Range part{begin, last ? range.end : begin + stretch};
        const Index rows = batches.samples_of(part.end - 1).end - batches.samples_of(begin).begin;
        const int chosen = team_choice_.next(size, disturbed_);
        if (begin > range.begin) {
            run_team(chosen, [](const Team& team) noexcept { team.each([](Part) noexcept {}); });
        }
        const auto start = std::chrono::steady_clock::now();
        outcome = run_team_of(chosen, batches, part, rates + (begin - range.begin), stop);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        if (outcome.ending == Ending::complete && came_)
            team_choice_.took(taken.count() / static_cast<double>(rows));
    }
    return outcome;
}

template <class T>
Outcome Trainer<T>::run_team_of(int size, const Batches& batches, Range range, const double* rates,
                                Stop& stop) {
    Outcome outcome{Ending::complete, range.end};
    run_team(size, [&](const Team& team) noexcept {
        for (Index batch = range.begin; batch < range.end; ++batch) {
            const Ending ending = routine_of(batch).run(team, stop, batches, batch, batch - first_,
                                                        rates[batch - range.begin]);
            if (ending == Ending::complete) continue;
            outcome = {ending, batch};
            break;
        }
        came_ = team.size() == size;
        if (team.size() > 1) disturbed_ = team.is_disturbed();
    });
    return outcome;
}

template class Trainer<float>;
template class Trainer<double>;

}  // namespace ganglion
