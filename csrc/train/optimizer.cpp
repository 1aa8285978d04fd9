#include "train/optimizer.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "base/error.h"
#include "kernels/kernels.h"
#include "train/swept.h"

namespace ganglion {
namespace {

/// Parameters a member updates, or sums up, at a time. Sums are cut here whatever the team's size.
constexpr Index kUpdateBlock = 4096;

/// Of a matrix product, in the time of a parameter whose state comes from afar: what is large is
/// cut.
constexpr double kOperationsPerParameter = 100;

std::size_t moments_of(const OptimizerSettings& settings) {
    switch (settings.optimizer) {
        case Optimizer::sgd:
            return settings.momentum != 0 ? 1 : 0;
        case Optimizer::adam:
        case Optimizer::adamw:
        case Optimizer::adadelta:
            return 2;
        case Optimizer::rmsprop:  // the square's mean, the mean, the velocity
            return settings.momentum != 0 ? 3 : (settings.centered != 0 ? 2 : 1);
        case Optimizer::adagrad:
            break;
    }
    return 1;
}

/// The parts that a sum over so many numbers is cut into.
std::size_t sums_of(Index numbers) {
    return static_cast<std::size_t>(ceil_div(numbers, kUpdateBlock));
}

/// Call `body(first, count)` with each stretch of a gradient whose numbers lie together.
template <class T, class Body>
void for_each_stretch(const T* gradients, const std::vector<Range>& ranges,
                      const std::vector<GradientRows<T>>& rows, const Body& body) {
    for (const Range& range : ranges) body(gradients + range.begin, range.size());
    for (const GradientRows<T>& some : rows) body(some.gradient, some.size());
}

/// The groups given, and before them that of the parameters in none.
std::vector<OptimizerGroup> with_the_rest(std::vector<OptimizerGroup> groups, Index size,
                                          double weight_decay) {
    std::vector<Range> taken;
    for (OptimizerGroup& group : groups) {
        group.parameters = joined(in_order(std::move(group.parameters)));
        taken.insert(taken.end(), group.parameters.begin(), group.parameters.end());
    }
    taken = in_order(std::move(taken));
    if (const std::optional<Range> wrong = misplaced(taken, size))
        fail("optimizer", "parameters ", wrong->begin, " to ", wrong->end,
             " of a group are not among ", size, ", or in another one too");
    groups.insert(groups.begin(), {without(taken, {{0, size}}), 1, weight_decay});
    return groups;
}

}  // namespace

template <class T>
OptimizerState<T>::OptimizerState(const OptimizerSettings& settings, Index size,
                                  std::vector<OptimizerGroup> groups)
    : settings_(settings),
      size_(size),
      groups_(with_the_rest(std::move(groups), size, settings.weight_decay)),
      batches_a_step_(
          std::max<std::int64_t>(1, std::llround(settings.gradient_accumulation_steps))),
      moments_(moments_of(settings)) {
    const std::size_t blocks = moments_ + (batches_a_step_ > 1 ? 1 : 0) + (averages() ? 1 : 0);
    for (std::size_t i = 0; i < blocks; ++i) blocks_.emplace_back(size);
    if (settings.initial_accumulator_value != 0) reset();
}

template <class T>
void OptimizerState<T>::reset() {
    const auto first = static_cast<T>(settings_.initial_accumulator_value);
    for (std::size_t i = 0; i < blocks_.size(); ++i)
        std::fill_n(blocks_[i].data(), size_, i < moments_ ? first : T{0});
    steps_ = summed_ = 0;
}

template <class T>
void OptimizerState<T>::set_summed(std::int64_t batches) {
    if (batches < 0 || batches >= batches_a_step_)
        fail("optimizer", "summed is ", batches, ", must be less than the ", batches_a_step_,
             " batches of a step");
    summed_ = batches;
}

template <class T>
void OptimizerState<T>::make_room(const std::vector<Range>& ranges,
                                  const std::vector<Index>& of_rows) {
    std::size_t sums = 0;
    for (const Range& range : ranges) sums += sums_of(range.size());
    for (const Index numbers : of_rows) sums += sums_of(numbers);
    square_sums_.resize(std::max(square_sums_.size(), sums));
}

template <class T>
void OptimizerState<T>::check_summed(const char* call, const std::vector<Range>& ranges) {
    if (summed_ == 0) return;
    for (const Range& range : without(ranges, {{0, size_}})) {
        const T* const first = sum() + range.begin;
        if (std::any_of(first, first + range.size(), [](T number) { return number != 0; }))
            fail(call, "batches that make one step must have gradients of the same parameters, ",
                 summed_.load(), " before this one reach some that it does not");
    }
}

template <class T>
const T* OptimizerState<T>::gather(const Team& team, const T* gradients,
                                   const std::vector<Range>& ranges, std::atomic<bool>& finite) {
    if (batches_a_step_ == 1) return gradients;
    team.divide(sweep_operations(ranges), [&](Part part) noexcept {
        for (const Range& range : ranges) {
            const Range share = sweep_share(part, range);
            for (Index begin = share.begin; begin < share.end; begin += kUpdateBlock) {
                const Index count = stretch(begin, kUpdateBlock, share.end).size();
                const Matrix<T> total{sum() + begin, 1, count, count};
                kernels<T>().add(total, {gradients + begin, 1, count, count}, total);
                if (!kernels<T>().all_finite(total.data, count)) finite = false;
            }
        }
    });
    const bool is_whole = ++summed_ >= batches_a_step_;
    return is_whole && finite ? sum() : nullptr;
}

template <class T>
void OptimizerState<T>::clear_sum(const Team& team) {
    const std::vector<Range> all{{0, size_}};
    team.divide(sweep_operations(all), [&](Part part) noexcept {
        const Range share = sweep_share(part, all[0]);
        std::fill_n(sum() + share.begin, share.size(), T{0});
    });
}

template <class T>
void OptimizerState<T>::step_is_made(const Team& team) {
    if (batches_a_step_ > 1) {
        clear_sum(team);
        summed_ = 0;
    }
    ++steps_;
}

template <class T>
T OptimizerState<T>::gradient_scale(const Team& team, const T* gradients,
                                    const std::vector<Range>& ranges,
                                    const std::vector<GradientRows<T>>& rows) {
    const double mean = 1 / static_cast<double>(batches_a_step_);
    if (settings_.global_clipnorm == 0) return static_cast<T>(mean);
    team.divide(0, [&](Part part) noexcept {
        double* sums = square_sums_.data();
        for_each_stretch(gradients, ranges, rows, [&](const T* first, Index count) {
            const Range share = sweep_share(part, {0, count});
            for (Index begin = share.begin; begin < share.end; begin += kUpdateBlock) {
                const Range numbers = stretch(begin, kUpdateBlock, share.end);
                sums[begin / kUpdateBlock] =
                    kernels<T>().sum_of_squares(first + numbers.begin, numbers.size());
            }
            sums += sums_of(count);
        });
    });
    double total = 0;
    const double* sums = square_sums_.data();
    for_each_stretch(gradients, ranges, rows, [&](const T*, Index count) {
        for (std::size_t i = 0; i < sums_of(count); ++i) total += *sums++;
    });
    if (!std::isfinite(total)) return std::numeric_limits<T>::quiet_NaN();  // told after the update
    const double norm = std::sqrt(total) * mean;
    const double clip = norm > settings_.global_clipnorm ? settings_.global_clipnorm / norm : 1;
    return static_cast<T>(clip * mean);
}

template <class T>
UpdateRule<T> OptimizerState<T>::rule(double rate, double weight_decay) const {
    const auto as_t = [](double x) { return static_cast<T>(x); };
    const auto power = static_cast<double>(steps_ + 1);
    const double clip = settings_.clipvalue;
    const double root_correction = 1 / std::sqrt(1 - std::pow(settings_.beta_2, power));
    const double epsilon = settings_.epsilon * (settings_.epsilon_hat != 0 ? root_correction : 1.0);
    const double ema_momentum = steps_ == 0 ? 0 : settings_.ema_momentum;
    const std::int64_t frequency = std::llround(settings_.ema_overwrite_frequency);
    return {.gradient_scale = 1,
            .clip = clip == 0 ? std::numeric_limits<T>::infinity() : as_t(clip),
            .rate = as_t(rate),
            .weight_decay = as_t(weight_decay),
            .momentum = as_t(settings_.momentum),
            .nesterov = settings_.nesterov != 0,
            .centered = settings_.centered != 0,
            .rho = as_t(settings_.rho),
            .rho_gain = as_t(1 - settings_.rho),
            .beta_1 = as_t(settings_.beta_1),
            .beta_2 = as_t(settings_.beta_2),
            .gain_1 = as_t(1 - settings_.beta_1),
            .gain_2 = as_t(1 - settings_.beta_2),
            .epsilon = as_t(epsilon),
            .step_size = as_t(rate / (1 - std::pow(settings_.beta_1, power))),
            .root_correction = as_t(root_correction),
            .ema_momentum = as_t(ema_momentum),
            .ema_gain = as_t(1 - ema_momentum),
            .overwrites = frequency != 0 && (steps_ + 1) % frequency == 0};
}

template <class T>
void OptimizerState<T>::begin_step(const T* parameters) {
    const bool is_next = summed_ + 1 >= batches_a_step_;  // and not one of the batches before
    if (averages() && steps_ == 0 && is_next) std::copy_n(parameters, size_, average());
}

template <class T>
Update<T> OptimizerState<T>::step(T* parameters, double rate, const OptimizerGroup& group) {
    std::array<T*, 3> state{};
    for (std::size_t i = 0; i < moments_; ++i) state[i] = blocks_[i].data();
    const UpdateKernels<T>& table =
        averages() ? kernels<T>().averaging_updates : kernels<T>().updates;
    return {table[static_cast<std::size_t>(settings_.optimizer)],
            rule(rate * group.learning_rate_factor, group.weight_decay), parameters, state,
            average()};
}

template <class T>
double OptimizerState<T>::sweep_operations(const std::vector<Range>& ranges) {
    return kOperationsPerParameter * static_cast<double>(numbers_of(ranges));
}

template <class T>
double OptimizerState<T>::sweep_operations(const std::vector<GradientRows<T>>& rows) {
    Index numbers = 0;
    for (const GradientRows<T>& some : rows) numbers += some.size();
    return kOperationsPerParameter * static_cast<double>(numbers);
}

template <class T>
Range OptimizerState<T>::sweep_share(const Part& part, Range range) {
    const Range share = part.share(range.size(), kUpdateBlock);
    return {range.begin + share.begin, range.begin + share.end};
}

template class OptimizerState<float>;
template class OptimizerState<double>;

}  // namespace ganglion
