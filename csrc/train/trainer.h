#pragma once

#include <deque>
#include <vector>

#include "base/busy.h"
#include "train/routine.h"
#include "train/team_choice.h"

namespace ganglion {

struct Outcome {
    Ending ending;
    Index batch;  // the one that was not finished
};

/// Runs batches through routines in turn, which share a store of parameters; one run at a time.
template <class T>
class Trainer {
  public:
    /// The routines must outlive the trainer. Batch number i is for routine number i modulo how
    /// many there are.
    explicit Trainer(std::vector<Routine<T>*> routines);
    Trainer(const Trainer&) = delete;
    Trainer& operator=(const Trainer&) = delete;

    /// Run the batches in `range` and add them to the figures of their routines; `rates` has a
    /// learning rate for each. It stops at the first that does not end well. For gradients: those
    /// of the last batch stay in the store, without a penalty's.
    Outcome run(const Batches& batches, Range range, const double* rates, Interrupt interrupt);

  private:
    Routine<T>& routine_of(Index batch) const;
    bool only_evaluates() const;
    std::deque<Busy::Scope> hold_what_it_runs(const char* call) const;
    Outcome run_by_trial(int size, double work, const Batches& batches, Range range,
                         const double* rates, Stop& stop);
    Outcome run_team_of(int size, const Batches& batches, Range range, const double* rates,
                        Stop& stop);

    Busy busy_;
    std::vector<Routine<T>*> routines_;
    TeamChoice team_choice_;
    Index first_ = 0;         // the first batch of the run
    bool came_ = true;        // as many members as were asked for: nobody else had the team
    bool disturbed_ = false;  // when a team last ran, members lost their cores
};

}  // namespace ganglion
