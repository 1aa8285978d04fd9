#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "base/buffer.h"
#include "base/busy.h"
#include "base/team.h"
#include "kernels/optimizer.h"
#include "plan/workspace.h"
#include "train/parameter_store.h"

namespace ganglion {

/// An optimizer's settings, by Keras's names; each optimizer reads its own.
struct OptimizerSettings {
    Optimizer optimizer = Optimizer::sgd;
    double weight_decay = 0;
    double momentum = 0;
    double nesterov = 0;  // yes: not 0
    double centered = 0;  // yes: not 0
    double rho = 0;
    double beta_1 = 0;
    double beta_2 = 0;
    double epsilon = 0;
    double epsilon_hat = 0;  // yes: epsilon is added to the root before its bias is corrected
    double initial_accumulator_value = 0;
    double global_clipnorm = 0;  // 0: no clipping
    double clipvalue = 0;        // 0: no clipping
};

/// Updates a block of parameters from their gradients, and keeps what it remembers between steps:
/// up to three numbers a parameter, each kind in one contiguous block.
template <class T>
class OptimizerState {
  public:
    OptimizerState(const OptimizerSettings& settings, Index size);

    /// Step number `step`, from 0, not scaled by the gradient's norm.
    Update<T> step(T* parameters, std::int64_t step, double rate);

    /// Take memory for the sums over the gradient in `ranges`, before a team is there.
    void make_room(const std::vector<Range>& ranges);

    /// What the gradient in `ranges` is multiplied by so that its norm is at most global_clipnorm;
    /// NaN where that norm is not finite. There must be room for them.
    T clipping_scale(const Team& team, const T* gradients, const std::vector<Range>& ranges);

    /// Operations, for Team::divide, that take as long as the step for the parameters in `ranges`.
    static double sweep_operations(const std::vector<Range>& ranges);

    /// The parameters of a part of a sweep over `range`, cut like the sums of squares.
    static Range sweep_share(const Part& part, Range range);

    /// Make a part of the step for the parameters in `ranges`. False if one of them, or of the
    /// squares that are remembered, is no longer finite.
    static bool sweep(const Part& part, const Update<T>& update, const T* gradients,
                      const std::vector<Range>& ranges);

    /// Does a parameter's step depend on nothing but its own gradient?
    bool is_elementwise() const { return settings_.global_clipnorm == 0; }

    /// The next step of the parameters in `ranges`, which are in order, with a team of its own; the
    /// others, and what is remembered of them, stay as they are. False as for `sweep`.
    bool apply(ParameterStore<T>& store, const std::vector<Range>& ranges, double rate);

    /// Forget everything.
    void reset();

    /// Steps done so far. Whoever calls `sweep` counts them, once for the team.
    std::int64_t steps() const { return steps_; }
    void set_steps(std::int64_t steps) { steps_ = steps; }

    Index size() const { return size_; }

    /// Held by whoever makes steps.
    Busy& busy() { return busy_; }

    /// What it remembers, each (parameters).
    std::vector<AlignedBuffer<T>>& blocks() { return blocks_; }

  private:
    OptimizerSettings settings_;
    Index size_;
    Busy busy_;
    std::atomic<std::int64_t> steps_{0};  // anyone may ask for them at any time
    std::vector<AlignedBuffer<T>> blocks_;
    std::vector<double> square_sums_;  // of the gradient, by block of a range
};

}  // namespace ganglion
