#pragma once

#include <vector>

#include "graph/graph.h"
#include "graph/lowering.h"
#include "plan/workspace.h"
#include "train/task.h"

namespace ganglion {

/// The hidden terms of a routine, and what a batch makes of each. One with a row for each sample
/// counts by the mean over rows and positions, weighted where the task has weights for that; any
/// other by the sum of its numbers.
template <class T>
class HiddenTerms {
  public:
    /// Throws std::invalid_argument where a term has no figures.
    HiddenTerms(const Graph& graph, const Task& task);

    /// Add what is minimised to a goal.
    void add_to(Goal& goal) const;
    std::size_t count() const { return states_.size(); }

    /// Begin a batch that has been gathered: how its rows count in each term, times `factor`.
    void begin(Workspace<T>& workspace, Index rows, double factor, LossRun* runs);
    /// After the forward pass. Returns false where a term is not finite.
    bool add_up(Workspace<T>& workspace, Index rows);
    void add_to_figures();

    /// What each row counts, or kNoValue.
    ValueId weight() const { return weight_; }
    template <class Body>
    void for_each(const Body& body) const {
        for (const State& state : states_) body(state.term);
    }

  private:
    struct State {
        HiddenTerm term;
        bool of_batch;    // has it rows for each sample?
        Index positions;  // of those
        double loss = 0;  // of the batch
    };

    double share(const State& state) const;
    double total_of(const State& state, Workspace<T>& workspace, Index rows) const;

    std::vector<State> states_;
    ValueId weight_;
    double total_weight_ = 0;  // of the batch: the sum of its weights, or its rows
};

}  // namespace ganglion
