#pragma once

#include <vector>

#include "graph/graph.h"
#include "graph/lowering.h"
#include "plan/workspace.h"
#include "train/task.h"

namespace ganglion {

/// The hidden terms of a routine, and what a batch makes of each. One with a row for each sample
/// counts by the mean over rows and positions, whatever their weights; any other by the sum of its
/// numbers.
template <class T>
class HiddenTerms {
  public:
    /// Throws std::invalid_argument where a term has no figures.
    HiddenTerms(const Graph& graph, const Task& task);

    /// Add what is minimised to a goal.
    void add_to(Goal& goal) const;
    std::size_t count() const { return states_.size(); }

    /// Begin a batch: how its rows count in each term, times `factor`.
    void begin(Index rows, double factor, LossRun* runs) const;
    /// After the forward pass. Returns false where a term is not finite.
    bool add_up(Workspace<T>& workspace, Index rows);
    void add_to_figures(Index rows);

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

        /// One over how many numbers the mean is of.
        double share(Index rows) const {
            return of_batch ? 1 / static_cast<double>(rows * positions) : 1;
        }
    };

    std::vector<State> states_;
};

}  // namespace ganglion
