#pragma once

#include <string>
#include <vector>

#include "base/busy.h"
#include "plan/traffic.h"
#include "plan/workspace.h"
#include "train/batches.h"
#include "train/ending.h"
#include "train/figures.h"
#include "train/optimizer.h"
#include "train/parameter_store.h"
#include "train/penalty.h"
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

/// What a trainer does with the batches.
enum class Purpose { evaluate, gradients, train };

/// How a trainer departs from its plain ways, for scikit-learn's estimators.
struct Extras {
    double loss_factor = 1;      // on the gradient of the loss
    Penalty* penalty = nullptr;  // outlives the trainer
};

struct Outcome {
    Ending ending;
    Index batch;  // the one that was not finished
};

/// Runs batches through a graph: forward, loss and metrics, and, where that is its purpose,
/// backward and update. The graph's parameters live in the store; one run at a time.
template <class T>
class Trainer {
  public:
    /// `optimizer`: for training, else null. What it is given by reference must outlive the
    /// trainer.
    Trainer(const Graph& graph, const Task& task, Purpose purpose, ParameterStore<T>& store,
            OptimizerState<T>* optimizer, Figures& figures, Index max_batch, std::uint64_t seed,
            const Extras& extras = {});
    Trainer(const Trainer&) = delete;
    Trainer& operator=(const Trainer&) = delete;

    /// Run the batches in `range` and add them to the figures; `rates` has a learning rate for
    /// each. Where the data or the loss turns out not to be finite, or a target is no class's
    /// number, it stops before that batch's update, and where that makes a parameter infinite,
    /// after it. For gradients: those of the last batch stay in the store, without the penalty's.
    Outcome run(const Batches& batches, Range range, const double* rates, Interrupt interrupt);

    /// What a batch of so many rows, without sample weights, costs a team of so many members.
    TeamCosts team_costs(Index rows, int members) const;

    /// After Ending::loss_not_finite: the first tensor of that batch, in forward order, that is
    /// not finite.
    std::string first_bad_tensor() { return workspace_.first_not_finite(last_run_); }

  private:
    Outcome run_by_trial(int size, double work, const Batches& batches, Range range,
                         const double* rates, Stop& stop);
    Outcome run_team_of(int size, const Batches& batches, Range range, const double* rates,
                        Stop& stop);
    Outcome run_batches(const Team& team, const Batches& batches, Range range, const double* rates,
                        Stop& stop);
    Ending run_batch(const Team& team, Stop& stop, const Batches& batches, Index batch,
                     std::int64_t step, double rate);
    const T* metric_weight_of(const Batches& batches, Range positions);
    Ending prepare(const Team& team, const Batches& batches, Index batch);
    Ending fill(const Part& part, const Batches& batches, Range positions);
    Ending train_on(const Team& team, Stop& stop, const Run& run, double weight, double rate);

    Busy busy_;
    Task task_;
    Index classes_;  // that targets number; 0: they are no class numbers
    Plan plan_;
    std::vector<Range> penalized_;  // the parameters that the backward pass does not update
    std::vector<Range> swept_;      // and those without a penalty
    double sweep_operations_;
    Purpose purpose_;
    Extras extras_;
    ParameterStore<T>& store_;
    OptimizerState<T>* optimizer_;
    Workspace<T> workspace_;
    Figures& figures_;
    std::vector<T> metric_weight_;  // of a batch's rows
    TeamChoice team_choice_;
    bool came_ = true;        // as many members as were asked for: nobody else had the team
    bool disturbed_ = false;  // when a team last ran, members lost their cores
    Run last_run_{};
    std::uint64_t seed_;
};

}  // namespace ganglion
