#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <span>
#include <vector>

#include "plan/traffic.h"
#include "plan/workspace.h"
#include "train/data.h"
#include "train/ending.h"
#include "train/indices.h"
#include "train/parameter_store.h"
#include "train/ports.h"

namespace ganglion {

/// Runs a graph forward over any number of rows. Any number of threads may call it at once: each
/// takes a workspace that is free, without a lock, and makes one when there is none.
template <class T>
class Predictor {
  public:
    /// The store must outlive the predictor. `frozen`: its parameters never change any more, and
    /// are copied in the order in which products read them.
    Predictor(const Graph& graph, const std::vector<ValueId>& inputs,
              const std::vector<ValueId>& outputs, ParameterStore<T>& store, Index max_batch,
              bool frozen = false);
    ~Predictor();
    Predictor(const Predictor&) = delete;
    Predictor& operator=(const Predictor&) = delete;

    /// Operations that a row takes in its matrix products.
    double operations() const { return plan_.row_operations; }

    /// What a batch of so many rows costs a team of so many members.
    TeamCosts team_costs(Index rows, int members) const;

    /// Each x and y (rows, its numbers). Where outputs overlap inputs, no more rows may be asked
    /// for than are read at a time, max_batch. Ends early, y unfinished, unless it is complete.
    /// Refused while another call trains the store's parameters, unless frozen. Throws
    /// std::invalid_argument when something does not fit.
    Ending predict(std::span<const DataView> x, std::span<const Matrix<T>> y,
                   Interrupt interrupt) const;
    /// The same where there is one of each.
    Ending predict(const DataView& x, const Matrix<T>& y, Interrupt interrupt) const {
        return predict({&x, 1}, {&y, 1}, interrupt);
    }

  private:
    using Clock = std::chrono::steady_clock;
    using Workspaces = std::vector<std::unique_ptr<Workspace<T>>>;

    /// What the members of its teams share.
    struct Call {
        std::span<const DataView> x;
        std::span<const Matrix<T>> y;
        Index rows;
        bool in_place;  // may inputs be read where they lie? Not where outputs overlap them
        Stop stop;
        std::atomic<bool> finite{true};
        std::atomic<bool> indexes{true};  // is every number that says where to look an index?
    };

    void check(std::span<const DataView> x, std::span<const Matrix<T>> y) const;
    double equivalent_operations(Index rows) const;
    /// When the first began of those small calls that came right after each other until now.
    Clock::time_point small_calls_began(Clock::time_point now) const;
    TeamCosts costs_apart(Index rows, int members) const;
    Index rows_at_once(int size, Index rows) const;
    bool is_quicker_apart(int size, Index rows) const;
    void predict_together(int most, Call& call) const;
    void predict_apart(int most, Call& call) const;
    void predict_share(Range rows, Workspace<T>& workspace, Call& call) const;
    void predict_batch(const Team& team, Workspace<T>& workspace, Range rows, Call& call,
                       Stop& stop) const;
    bool take_for(const Team& team, Workspaces& workspaces) const noexcept;
    std::unique_ptr<Workspace<T>> make() const;
    std::unique_ptr<Workspace<T>> take() const;
    void give_back(std::unique_ptr<Workspace<T>> workspace) const;

    Plan plan_;
    ParameterBlock<T> parameters_;
    std::vector<Port> inputs_;
    std::vector<Port> outputs_;
    Indices indices_;
    ParameterStore<T>& store_;
    double row_numbers_;
    std::unique_ptr<PackedWeights<T>> packed_;
    mutable std::array<std::atomic<Workspace<T>*>, 64> free_{};
    mutable std::atomic<Clock::rep> ended_{0};  // when the last small call did
    mutable std::atomic<Clock::rep> began_{0};  // when the first of those that followed closely did
};

}  // namespace ganglion
