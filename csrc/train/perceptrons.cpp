#include "train/perceptrons.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "kernels/kernels.h"
#include "plan/workspace.h"

namespace ganglion {
namespace {

/// Work between two looks at whether to stop: some milliseconds.
constexpr Index kOperationsAtOnce = 20'000'000;

template <class T>
constexpr Index kLine = kAlignment / static_cast<Index>(sizeof(T));

/// The next number of a xorshift generator (Marsaglia, 2003), as scikit-learn shuffles by it.
std::uint32_t next_random(std::uint32_t& state) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state & 0x7fffffffU;
}

/// Shuffle (Fisher and Yates), from the same seed always in the same way.
void shuffle(std::vector<std::int32_t>& order, std::uint32_t seed) {
    const auto count = static_cast<std::uint32_t>(order.size());
    std::uint32_t state = seed == 0 ? 1 : seed;
    for (std::uint32_t i = 0; i + 1 < count; ++i) {
        std::swap(order[i], order[i + next_random(state) % (count - i)]);
    }
}

}  // namespace

template <class T>
Perceptrons<T>::Perceptrons(const Samples& samples, const PerceptronSettings& settings,
                            const std::vector<OneAgainstRest>& units, Matrix<const T> coefs)
    : shuffle_(settings.shuffle),
      samples_(samples.x.samples),
      values_(samples.x.columns == nullptr ? samples_ * samples.x.features
                                           : samples.x.begins[samples_]),
      features_(samples.x.features),
      stride_(ceil_div(features_, kLine<T>) * kLine<T>),
      coefs_(static_cast<Index>(units.size()) * stride_),
      l1_taken_(settings.l1 > 0 ? coefs_.size() : 0) {
    if (coefs.rows != static_cast<Index>(units.size()) || coefs.cols != features_) {
        fail("Perceptrons", "coefs is ", coefs.rows, "x", coefs.cols, ", must be ", units.size(),
             "x", features_);
    }
    if (features_ < 1) fail("Perceptrons", "x has no features");
    const auto learned = samples.held_out == nullptr
                             ? samples_
                             : std::count(samples.held_out, samples.held_out + samples_, 0);
    samples_learned_ = static_cast<double>(learned);
    for (const OneAgainstRest& unit : units) {
        const auto number = static_cast<Index>(units_.size());
        PerceptronState<T> state{.coefs = coefs_.data() + number * stride_,
                                 .l1_taken = nullptr,
                                 .intercept = unit.intercept};
        if (settings.l1 > 0) state.l1_taken = l1_taken_.data() + number * stride_;
        for (Index j = 0; j < features_; ++j) {
            const T coef = state.coefs[j] = *coefs.at(number, j);
            state.squares += static_cast<double>(coef) * static_cast<double>(coef);
            state.sizes += std::abs(static_cast<double>(coef));
        }
        std::vector<std::int32_t> order(static_cast<std::size_t>(samples_));
        std::iota(order.begin(), order.end(), 0);
        const PerceptronArgs<T> args{.x = samples.x,
                                     .classes = samples.classes,
                                     .sample_weight = samples.weight,
                                     .held_out = samples.held_out,
                                     .positive = unit.positive,
                                     .positive_step = unit.positive_step,
                                     .negative_step = unit.negative_step,
                                     .intercept_rate = settings.intercept_rate,
                                     .rate = settings.rate,
                                     .l2 = settings.l2,
                                     .l1 = settings.l1};
        units_.push_back({args, state, unit.seed, std::move(order)});
    }
}

template <class T>
void Perceptrons<T>::begin_epoch(Unit& unit) const {
    if (shuffle_) shuffle(unit.order, unit.seed);
    unit.state.loss = unit.state.objective = 0;
}

template <class T>
void Perceptrons<T>::end_epoch(Unit& unit) const {
    const T scale = static_cast<T>(unit.state.scale);
    if (scale == 1) return;
    for (Index j = 0; j < features_; ++j) unit.state.coefs[j] *= scale;
    unit.state.scale = 1;
}

template <class T>
bool Perceptrons<T>::run_epoch(const std::vector<Index>& units, Interrupt interrupt) {
    const Busy::Scope scope(busy_, "run_epoch");
    const auto count = static_cast<Index>(units.size());
    if (count == 0 || samples_ == 0) return true;
    const double operations = 2.0 * static_cast<double>(values_) * static_cast<double>(count);
    const int team = std::min(worthwhile_team(operations), static_cast<int>(count));
    Stop stop(interrupt);
    bool finished = true;
    run_team(team, [&](const Team& members) noexcept {
        const auto each = [&](double work, const auto& body) {
            members.divide(work, [&](Part part) noexcept {
                const Range mine = part.share(count, 1);
                for (Index i = mine.begin; i < mine.end; ++i) {
                    body(units_[static_cast<std::size_t>(units[static_cast<std::size_t>(i)])]);
                }
            });
        };
        const Index most = ceil_div(count, members.size());
        const Index a_sample = 2 * (values_ / samples_ + 1) * most;
        const Index step = std::max<Index>(1, kOperationsAtOnce / a_sample);
        each(0, [&](Unit& unit) { begin_epoch(unit); });
        for (Index first = 0; first < samples_; first += step) {
            const Range places = stretch(first, step, samples_);
            each(static_cast<double>(a_sample * places.size()), [&](Unit& unit) {
                kernels<T>().perceptron(unit.args, unit.order.data(), places, unit.state);
            });
            finished = !stop.poll();
            if (!finished) return;
        }
        each(0, [&](Unit& unit) { end_epoch(unit); });
    });
    return finished;
}

template <class T>
bool Perceptrons<T>::is_finite(Index unit) const {
    const PerceptronState<T>& state = of(unit);
    return std::isfinite(state.intercept) &&
           std::all_of(state.coefs, state.coefs + features_, [](T v) { return std::isfinite(v); });
}

template class Perceptrons<float>;
template class Perceptrons<double>;

}  // namespace ganglion
