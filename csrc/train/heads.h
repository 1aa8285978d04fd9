#pragma once

#include <vector>

#include "graph/graph.h"
#include "graph/lowering.h"
#include "plan/workspace.h"
#include "train/batches.h"
#include "train/indices.h"
#include "train/task.h"

namespace ganglion {

/// The heads of a routine, and what a batch makes of each: its loss, its weight, its figures.
template <class T>
class Heads {
  public:
    /// Throws std::invalid_argument where a head has no loss, no figures, or an output of other
    /// positions than its loss.
    Heads(const Graph& graph, const Task& task);

    /// Add what they need, and what is minimised, to a goal.
    void add_to(Goal& goal) const;
    /// Add targets that figures read as class numbers to those that losses do.
    void add_to(Indices& indices) const;

    /// Throws std::invalid_argument when figures cannot compare columns as the plan has them, or
    /// weights are not fed, from where they are added up.
    void check(const Plan& plan) const;
    /// Find out which weights the plan reads as nothing else, and are not those of hidden terms.
    void find_what_only_counts(const Plan& plan, ValueId term_weight);
    std::size_t count() const { return states_.size(); }
    /// Of a row of a head's output.
    Index positions(std::size_t head) const { return states_[head].positions; }
    /// Take memory for so many rows in all, and for the metrics' weights of a batch.
    void make_room(const Plan& plan, const Batches& batches, Index rows);

    /// Does the feed of this number hold weights, and nothing else? Then it may be left out.
    bool only_count(int feed) const;

    /// Begin a batch that has been gathered: how its rows' positions count in each loss, times
    /// `factor`.
    void begin(Workspace<T>& workspace, const Batches& batches, Index rows, double factor,
               LossRun* runs);
    /// Of the first head, of which there must be one.
    double weight() const { return states_[0].total_weight; }
    /// After a run: let the weights that it did not read be 1.
    void set_weights_that_were_not_fed(Workspace<T>& workspace, Index rows);
    /// After the forward pass. Returns false where a loss is not finite.
    bool add_up_losses(Workspace<T>& workspace, Index rows);
    void add_to_figures(Workspace<T>& workspace, const Batches& batches, Range places);

    /// Call `body(head, target)` for each.
    template <class Body>
    void for_each(const Body& body) const {
        for (const State& state : states_) body(state.head, state.target);
    }

  private:
    struct State {
        Head head;
        ValueId target;                  // what its loss compares the output with,
        ValueId weight;                  // and how much each position counts in it
        int weight_feed;                 // which of the feeds its weights are, or -1
        Index positions;                 // of a row, each of which counts by itself
        Index classes;                   // that targets number for figures; 0: they do not
        bool only_counts = false;        // is the weight nothing else?
        bool weighted = false;           // are there weights of the batch?
        std::vector<T> metric_weight{};  // of a batch, where there are such
        double loss = 0;                 // of the batch, weighted
        double total_weight = 0;         // the sum of its weights
    };

    bool counts_in_metrics(std::size_t head, const Batches& batches) const;
    const T* metric_weight_of(std::size_t head, const Batches& batches, Range places);

    std::vector<State> states_;
};

}  // namespace ganglion
