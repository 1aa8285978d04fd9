#pragma once

#include <vector>

#include "graph/graph.h"
#include "graph/lowering.h"
#include "plan/workspace.h"
#include "train/batches.h"
#include "train/task.h"

namespace ganglion {

/// The heads of a routine, and what a batch makes of each: its loss, its weight, its figures.
template <class T>
class Heads {
  public:
    /// Throws std::invalid_argument where a head has no loss or no figures.
    Heads(const Graph& graph, const Task& task, Index max_batch);

    /// Add what they need, and what is minimised, to a goal.
    void add_to(Goal& goal) const;

    /// Throws std::invalid_argument when figures cannot compare columns as the plan has them, or
    /// class numbers are not fed, where they can be checked.
    void check(const Plan& plan, const std::vector<ValueId>& feeds) const;
    std::size_t count() const { return states_.size(); }
    /// Of a row of a head's output.
    Index positions(std::size_t head) const { return states_[head].positions; }
    void make_room(const Plan& plan, Index rows);

    /// Does the feed of this number hold weights? Then it may be left out.
    bool are_weights(int feed) const;

    /// Begin a batch; returns how its rows' positions count in each loss, times `factor`.
    const std::vector<LossRun>& begin(const Batches& batches, Index batch, double factor);
    /// Of the first head.
    double weight() const { return states_[0].total_weight; }
    /// After a run: let the weights that it did not read be 1.
    void set_weights_that_were_not_fed(Workspace<T>& workspace, Index rows);
    /// After the forward pass. Returns false where a loss is not finite.
    bool add_up_losses(Workspace<T>& workspace, Index rows);
    void add_to_figures(Workspace<T>& workspace, const Batches& batches, Range positions);

    /// Call `body(target, classes)` for each whose targets number classes.
    template <class Body>
    void for_each_with_classes(const Body& body) const {
        for (const State& state : states_) {
            if (state.classes != 0) body(state.target, state.classes);
        }
    }
    /// Call `body(head, target)` for each.
    template <class Body>
    void for_each(const Body& body) const {
        for (const State& state : states_) body(state.head, state.target);
    }

  private:
    struct State {
        Head head;
        ValueId target;                // what its loss compares the output with,
        ValueId weight;                // and how much each row counts in it
        int weight_feed;               // which of the feeds its weights are, or -1
        Index positions;               // of a row, each of which counts by itself
        Index classes;                 // that targets number; 0: they are no class numbers
        std::vector<T> metric_weight;  // of a batch
        double loss = 0;               // of the batch, weighted
        double total_weight = 0;       // the sum of its weights
    };

    const T* metric_weight_of(std::size_t head, const Batches& batches, Range positions);

    std::vector<State> states_;
    std::vector<LossRun> runs_;  // by head
};

}  // namespace ganglion
