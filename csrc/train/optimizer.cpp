#include "train/optimizer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/kernels.h"

namespace ganglion {
namespace {

/// Parameters a member updates, or sums up, at a time. Sums are cut here whatever the team's size.
constexpr Index kUpdateBlock = 4096;

/// Parameters below which another thread costs more than it brings.
constexpr Index kParametersPerThread = 64 * 1024;

int blocks_of(const OptimizerSettings& settings) {
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

}  // namespace

template <class T>
OptimizerState<T>::OptimizerState(const OptimizerSettings& settings, Index size)
    : settings_(settings),
      size_(size),
      square_sums_(static_cast<std::size_t>(ceil_div(size, kUpdateBlock))) {
    const auto start = static_cast<T>(settings.initial_accumulator_value);
    for (int i = 0; i < blocks_of(settings); ++i) {
        blocks_.emplace_back(size);
        std::fill_n(blocks_.back().data(), size, start);
    }
}

/// What the gradient is multiplied by so that its norm is at most global_clipnorm.
template <class T>
T OptimizerState<T>::clipping_scale(const Member& member, const T* gradients) {
    if (settings_.global_clipnorm == 0) return 1;
    const Range share = member.share(static_cast<Index>(square_sums_.size()), 1);
    for (Index block = share.begin; block < share.end; ++block) {
        const Index begin = block * kUpdateBlock;
        square_sums_[static_cast<std::size_t>(block)] =
            kernels<T>().sum_of_squares(gradients + begin, std::min(kUpdateBlock, size_ - begin));
    }
    member.barrier();
    double total = 0;
    for (const double sum : square_sums_) total += sum;
    if (!std::isfinite(total)) return std::numeric_limits<T>::quiet_NaN();  // told after the update
    const double norm = std::sqrt(total);
    return static_cast<T>(norm > settings_.global_clipnorm ? settings_.global_clipnorm / norm : 1);
}

template <class T>
bool OptimizerState<T>::update(const Member& member, ParameterBlock<T> parameters,
                               std::int64_t step, double rate) {
    const auto as_t = [](double x) { return static_cast<T>(x); };
    const auto power = static_cast<double>(step + 1);
    const double clip = settings_.clipvalue;
    UpdateArgs<T> args{
        .count = 0,
        .parameter = nullptr,
        .gradient = nullptr,
        .state = {},
        .gradient_scale = clipping_scale(member, parameters.gradients),
        .clip = clip == 0 ? std::numeric_limits<T>::infinity() : as_t(clip),
        .rate = as_t(rate),
        .weight_decay = as_t(settings_.weight_decay),
        .momentum = as_t(settings_.momentum),
        .nesterov = settings_.nesterov != 0,
        .centered = settings_.centered != 0,
        .rho = as_t(settings_.rho),
        .rho_gain = as_t(1 - settings_.rho),
        .beta_1 = as_t(settings_.beta_1),
        .beta_2 = as_t(settings_.beta_2),
        .gain_1 = as_t(1 - settings_.beta_1),
        .gain_2 = as_t(1 - settings_.beta_2),
        .epsilon = as_t(settings_.epsilon),
        .step_size = as_t(rate / (1 - std::pow(settings_.beta_1, power))),
        .root_correction = as_t(1 / std::sqrt(1 - std::pow(settings_.beta_2, power)))};
    const UpdateKernel<T> kernel =
        kernels<T>().updates[static_cast<std::size_t>(settings_.optimizer)];
    const Range share = member.share(size_, kUpdateBlock);
    args.count = share.size();
    args.parameter = parameters.values + share.begin;
    args.gradient = parameters.gradients + share.begin;
    for (std::size_t i = 0; i < blocks_.size(); ++i)
        args.state[i] = blocks_[i].data() + share.begin;
    return kernel(args);
}

template <class T>
void OptimizerState<T>::apply(ParameterBlock<T> parameters, double rate) {
    const Busy::Scope scope(busy_, "apply_gradients");
    const int team = team_size(static_cast<int>(size_ / kParametersPerThread));
    run_team(team, [&](Member member) noexcept { update(member, parameters, steps_, rate); });
    set_steps(steps_ + 1);
}

template class OptimizerState<float>;
template class OptimizerState<double>;

}  // namespace ganglion
