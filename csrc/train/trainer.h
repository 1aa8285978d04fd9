#pragma once

#include <string>
#include <vector>

#include "base/busy.h"
#include "plan/workspace.h"
#include "train/batches.h"
#include "train/ending.h"
#include "train/figures.h"
#include "train/optimizer.h"
#include "train/parameter_store.h"
#include "train/team_choice.h"

namespace ganglion {

/// The values of a graph that a trainer fills and reads.
struct Task {
    ValueId input;
    ValueId target;
    ValueId weight;
    ValueId output;
    ValueId loss;
};

struct Outcome {
    Ending ending;
    Index batch;  // the one that was not finished
};

/// Runs batches through a graph: forward, loss and metrics, and, with an optimizer, backward and
/// update. The graph's parameters live in the store; one run at a time.
template <class T>
class Trainer {
  public:
    /// Without `optimizer` it evaluates. What it is given by reference must outlive the trainer.
    Trainer(const Graph& graph, const Task& task, ParameterStore<T>& store,
            OptimizerState<T>* optimizer, Figures& figures, Index max_batch, std::uint64_t seed);
    Trainer(const Trainer&) = delete;
    Trainer& operator=(const Trainer&) = delete;

    /// Run the batches in `range` and add them to the figures; `rates` has a learning rate for
    /// each. Where the data or the loss turns out not to be finite it stops before that batch's
    /// update, and where that makes a parameter infinite, after it.
    Outcome run(const Batches& batches, Range range, const double* rates, Interrupt interrupt);

    /// After Ending::loss_not_finite: the first tensor of that batch, in forward order, that is
    /// not finite.
    std::string first_bad_tensor() { return workspace_.first_not_finite(last_run_); }

  private:
    struct Shared;  // what the members of one run tell each other

    Outcome run_by_trial(int team, const Batches& batches, Range range, const double* rates,
                         Shared& shared);
    Outcome run_team_of(int team, const Batches& batches, Range range, const double* rates,
                        Shared& shared);
    Outcome run_member(const Member& member, const Batches& batches, Range range,
                       const double* rates, Shared& shared);
    Ending run_batch(const Member& member, Meeting& meet, const Batches& batches, Index batch,
                     std::int64_t step, double rate, Shared& shared);
    bool fill(const Member& member, const Batches& batches, Range positions);

    Busy busy_;
    Plan plan_;
    std::vector<Range> swept_;  // the parameters that the backward pass does not update
    Task task_;
    ParameterStore<T>& store_;
    OptimizerState<T>* optimizer_;
    Workspace<T> workspace_;
    Figures& figures_;
    TeamChoice team_choice_;
    Run last_run_{};
    std::uint64_t seed_;
};

}  // namespace ganglion
