#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "base/buffer.h"
#include "base/busy.h"
#include "base/team.h"
#include "kernels/optimizer.h"
#include "plan/workspace.h"

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
    double global_clipnorm = 0;              // 0: no clipping
    double clipvalue = 0;                    // 0: no clipping
    double gradient_accumulation_steps = 0;  // batches a step; 0: one
    double use_ema = 0;                      // yes: not 0
    double ema_momentum = 0;
    double ema_overwrite_frequency = 0;  // steps; 0: averages never take the parameters' place
};

/// Parameters that step by a rate and a weight decay of their own.
struct OptimizerGroup {
    std::vector<Range> parameters;  // their numbers
    double learning_rate_factor = 1;
    double weight_decay = 0;
};

/// What an optimizer remembers between its steps: up to three numbers a parameter, the sum of
/// gradients whose mean a step goes along, and the parameter's average, each kind in one contiguous
/// block; and by what each parameter steps.
template <class T>
class OptimizerState {
  public:
    /// Parameters in no group step by the settings. Throws std::invalid_argument when a group's are
    /// not among so many, or in another one too.
    OptimizerState(const OptimizerSettings& settings, Index size,
                   std::vector<OptimizerGroup> groups = {});

    /// Groups that every parameter is in one of; their ranges are in order.
    const std::vector<OptimizerGroup>& groups() const { return groups_; }

    /// Set out on the next step: with the first, averages begin as the parameters are.
    void begin_step(const T* parameters);
    /// That step of the parameters of a group, along a gradient that is not scaled yet.
    Update<T> step(T* parameters, double rate, const OptimizerGroup& group);

    /// Take memory for the sums over a gradient, before a team is there: in `ranges`, and of so
    /// many numbers in rows.
    void make_room(const std::vector<Range>& ranges, const std::vector<Index>& of_rows);

    /// Batches whose mean gradient a step goes along.
    std::int64_t batches_a_step() const { return batches_a_step_; }

    /// Throws std::invalid_argument, naming `call`, where earlier batches of the step that is under
    /// way have gradients of other parameters than those in `ranges`, which are in order: the step
    /// would go without them.
    void check_summed(const char* call, const std::vector<Range>& ranges);

    /// What the next step goes along once a batch has its gradient in `ranges`: that, or the sum of
    /// as many as a step is made of; null while there are fewer. `finite` becomes false where the
    /// sum is not.
    const T* gather(const Team& team, const T* gradients, const std::vector<Range>& ranges,
                    std::atomic<bool>& finite);

    /// What that, or a gradient of `rows`, is multiplied by so that it is a mean, whose norm is at
    /// most global_clipnorm; NaN where that norm is not finite. There must be room for them.
    T gradient_scale(const Team& team, const T* gradients, const std::vector<Range>& ranges,
                     const std::vector<GradientRows<T>>& rows);

    /// Operations, for Team::divide, that take as long as the step for the parameters in `ranges`.
    static double sweep_operations(const std::vector<Range>& ranges);
    static double sweep_operations(const std::vector<GradientRows<T>>& rows);

    /// The parameters of a part of a sweep over `range`, cut like the sums of squares.
    static Range sweep_share(const Part& part, Range range);

    /// Count a step that has been made, once for the team; a sum begins anew.
    void step_is_made(const Team& team);

    /// Does a parameter's step depend on nothing but its own gradient, of one batch?
    bool is_elementwise() const { return settings_.global_clipnorm == 0 && batches_a_step_ == 1; }

    /// May rows of tables that a batch does not name be left out of a step? Sums and averages go
    /// over all of them.
    bool takes_rows() const { return batches_a_step_ == 1 && !averages(); }

    /// Forget everything.
    void reset();

    /// Steps done so far.
    std::int64_t steps() const { return steps_; }
    void set_steps(std::int64_t steps) { steps_ = steps; }

    /// Batches since the last step. Throws std::invalid_argument where that would be as many as a
    /// step is made of.
    std::int64_t summed() const { return summed_; }
    void set_summed(std::int64_t batches);

    /// Batches so far.
    std::int64_t batches() const { return steps_ * batches_a_step_ + summed_; }

    Index size() const { return size_; }

    /// Held by whoever makes steps.
    Busy& busy() { return busy_; }

    /// What it remembers, each (parameters).
    std::vector<AlignedBuffer<T>>& blocks() { return blocks_; }

  private:
    bool averages() const { return settings_.use_ema != 0; }
    T* sum() { return blocks_[moments_].data(); }
    T* average() { return averages() ? blocks_.back().data() : nullptr; }
    void clear_sum(const Team& team);
    UpdateRule<T> rule(double rate, double weight_decay) const;

    OptimizerSettings settings_;
    Index size_;
    std::vector<OptimizerGroup> groups_;
    std::int64_t batches_a_step_;
    Busy busy_;
    std::atomic<std::int64_t> steps_{0};    // anyone may ask for them at any time
    std::atomic<std::int64_t> summed_{0};   // as for these
    std::size_t moments_;                   // blocks of the optimizer's own
    std::vector<AlignedBuffer<T>> blocks_;  // these, then the sum of gradients, the average
    std::vector<double> square_sums_;       // of the gradient, by block of a range
};

}  // namespace ganglion
