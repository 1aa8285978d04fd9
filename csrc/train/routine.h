#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/busy.h"
#include "plan/traffic.h"
#include "plan/workspace.h"
#include "train/batches.h"
#include "train/ending.h"
#include "train/heads.h"
#include "train/hidden_terms.h"
#include "train/indices.h"
#include "train/optimizer.h"
#include "train/optimizer_steps.h"
#include "train/parameter_store.h"
#include "train/reached.h"
#include "train/task.h"

namespace ganglion {

/// One forward pass of a graph with its losses and figures, and, where that is its purpose, one
/// backward pass and update: a plan, its memory, an optimizer and the parameters that it trains.
template <class T>
class Routine {
  public:
    /// `optimizer`: for training, else null. What it is given by reference, the heads' figures
    /// among it, must outlive the routine. Throws std::invalid_argument when something does not
    /// fit.
    Routine(const Graph& graph, const Task& task, Purpose purpose, ParameterStore<T>& store,
            OptimizerState<T>* optimizer, Index max_batch, std::uint64_t seed,
            const Extras& extras = {});
    Routine(const Routine&) = delete;
    Routine& operator=(const Routine&) = delete;

    Purpose purpose() const { return purpose_; }
    ParameterStore<T>& store() const { return store_; }
    double operations(Index rows) const { return plan_.operations(rows); }

    Index max_batch() const { return plan_.max_batch; }
    /// The parameters that have whole gradients, in order.
    const std::vector<Range>& reached() const { return reached_.whole; }

    /// Throws std::invalid_argument when the data do not fit, or go on with a step whose earlier
    /// batches have gradients of other parameters.
    void check(const Batches& batches) const;

    // Take memory, before a team is there: for so many rows in all, and for so many members.
    void make_room(const Batches& batches, Index rows);
    void reserve_team(int size) { workspace_.reserve_team(size); }

    /// Run a batch and add it to the figures. `number`: of those that this run of batches has had.
    /// Where the data or the loss turns out not to be finite, or what indexes memory is no index,
    /// it ends before the update, and where that makes a parameter, or a square that the optimizer
    /// remembers, infinite, after it.
    Ending run(const Team& team, Stop& stop, const Batches& batches, Index batch, Index number,
               double rate);

    /// What a batch of so many rows, without sample weights, costs a team of so many members.
    TeamCosts team_costs(Index rows, int members) const;

    /// After Ending::loss_not_finite: the first tensor of that batch, in forward order, that is
    /// not finite; "" where it is what the optimizer remembers.
    std::string first_bad_tensor();

    // Held by whoever runs it: what it has in memory is for one run at a time.
    Busy& busy() { return busy_; }
    OptimizerState<T>* optimizer() const { return optimizer_; }

  private:
    Plan plan_of(const Graph& graph, Purpose purpose, const OptimizerState<T>* optimizer,
                 Index max_batch, const Extras& extras) const;
    Run begin_run(const Batches& batches, Index rows, Index number);
    bool add_up_losses(Index rows);
    void check_penalty(const ParameterTable::Slot& slot) const;
    Range share_of(const Part& part, Range places) const;
    Ending prepare(const Team& team, const Batches& batches, Index batch);
    Ending fill(const Part& part, const Batches& batches, Range places);
    Ending train_on(const Team& team, Stop& stop, const Run& run, double rate);

    Busy busy_;
    std::vector<ValueId> feeds_;
    Heads<T> heads_;
    HiddenTerms<T> hidden_;
    Plan plan_;
    Indices indices_;
    std::vector<Range> penalized_;  // all that the penalty is on
    Purpose purpose_;
    Extras extras_;
    ParameterStore<T>& store_;
    OptimizerState<T>* optimizer_;
    Workspace<T> workspace_;
    Reached<T> reached_;
    std::optional<OptimizerSteps<T>> steps_;  // for training
    std::vector<LossRun> losses_;  // by term of the goal: the heads', then the hidden ones
    Run last_run_{};
    std::uint64_t seed_;
};

}  // namespace ganglion
