#pragma once

#include <atomic>
#include <vector>

#include "base/team.h"
#include "program/step_along.h"
#include "train/optimizer.h"
#include "train/parameter_store.h"
#include "train/reached.h"

namespace ganglion {

/// An optimizer's steps along what one plan's backward passes leave. What is not reached, and what
/// is remembered of it, stays as it is.
template <class T>
class OptimizerSteps {
  public:
    /// All but `penalized`, whose ranges are in order, must outlive it. Throws
    /// std::invalid_argument where parameters that step at once are only partly in a group.
    OptimizerSteps(OptimizerState<T>& optimizer, ParameterStore<T>& store,
                   const Reached<T>& reached, const std::vector<Range>& penalized = {});

    /// Set out on the next step. `penalty`: by what the weight decay of the penalized is larger.
    void begin(double rate, double penalty = 0);

    /// The part of it that a backward pass makes on its way; `finite` as for StepAlong.
    StepAlong<T> along(std::atomic<bool>& finite) const { return {&steps_, &finite}; }

    /// Make the rest along what that pass has left, or, where a step is of several batches and this
    /// one is not the last, only add it up. False if a parameter that moved, the sum, or a square
    /// that is remembered is no longer finite.
    bool finish(const Team& team);

    /// Call `body` with the ranges that the rest of a step goes over, one after the other.
    template <class Body>
    void for_each_swept(const Body& body) const {
        for (const Kind& kind : kinds_) body(kind.swept);
    }

  private:
    /// Parameters that step alike.
    struct Kind {
        const OptimizerGroup* group;
        bool is_penalized;
        std::vector<Range> swept;
    };

    void add(const OptimizerGroup& group, std::vector<Range> parameters, bool is_penalized);
    void check_in_one(const Range& at_once) const;
    bool sweep(const Part& part, const T* gradients) const;

    OptimizerState<T>& optimizer_;
    ParameterStore<T>& store_;
    const Reached<T>& reached_;
    std::vector<Kind> kinds_;       // those of a group lie together
    std::vector<StepOf<T>> steps_;  // of each kind
    double operations_ = 0;         // of what is swept, for Team::divide
};

}  // namespace ganglion
