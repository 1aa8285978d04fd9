#include "train/optimizer_steps.h"

#include <utility>

#include "base/error.h"
#include "train/swept.h"

namespace ganglion {
namespace {

/// Make a part of a step over ranges. False if a parameter, or a square that is remembered, is no
/// longer finite.
template <class T>
bool sweep_ranges(const Part& part, const Update<T>& update, const T* gradients,
                  const std::vector<Range>& ranges) {
    bool finite = true;
    for (const Range& range : ranges) {
        const Range share = OptimizerState<T>::sweep_share(part, range);
        if (share.size() == 0) continue;
        const T* const gradient = gradients + share.begin;
        finite &= update.kernel(update.block(share.begin, 1, share.size(), 0, gradient, 0));
    }
    return finite;
}

/// The same over rows of a table.
template <class T>
bool sweep_rows(const Part& part, const Update<T>& update, const GradientRows<T>& rows) {
    bool finite = true;
    const Range share = part.share(rows.rows(), 1);
    for (Index place = share.begin; place < share.end; ++place) {
        const T* const gradient = rows.gradient + place * rows.width;
        finite &= update.kernel(update.block(rows.begin(place), 1, rows.width, 0, gradient, 0));
    }
    return finite;
}

}  // namespace

template <class T>
OptimizerSteps<T>::OptimizerSteps(OptimizerState<T>& optimizer, ParameterStore<T>& store,
                                  const Reached<T>& reached, const std::vector<Range>& penalized)
    : optimizer_(optimizer), store_(store), reached_(reached) {
    for (const OptimizerGroup& group : optimizer.groups()) {
        add(group, without(penalized, group.parameters), false);
        add(group, within(group.parameters, penalized), true);
    }
    for (const Range& weight : reached.updated) check_in_one(weight);
    for (const Range& table : reached.tables) check_in_one(table);
}

template <class T>
void OptimizerSteps<T>::add(const OptimizerGroup& group, std::vector<Range> parameters,
                            bool is_penalized) {
    if (parameters.empty()) return;
    std::vector<Range> swept = without(reached_.updated, within(parameters, reached_.whole));
    operations_ += OptimizerState<T>::sweep_operations(swept);
    kinds_.push_back({&group, is_penalized, std::move(swept)});
    steps_.push_back({std::move(parameters), {}});
}

template <class T>
void OptimizerSteps<T>::check_in_one(const Range& at_once) const {
    for (const StepOf<T>& step : steps_) {
        const Index in_step = numbers_of(within({at_once}, step.parameters));
        if (in_step != 0 && in_step != at_once.size())
            fail("optimizer", "of parameters ", at_once.begin, " to ", at_once.end,
                 ", which step at once, a group has a part, must have all or none");
    }
}

template <class T>
void OptimizerSteps<T>::begin(double rate, double penalty) {
    optimizer_.begin_step(store_.values());
    Update<T> of_group{};
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        if (i == 0 || kinds_[i].group != kinds_[i - 1].group)
            of_group = optimizer_.step(store_.values(), rate, *kinds_[i].group);
        steps_[i].update = of_group;
        if (kinds_[i].is_penalized) steps_[i].update.rule.weight_decay += static_cast<T>(penalty);
    }
}

template <class T>
bool OptimizerSteps<T>::finish(const Team& team) {
    std::atomic<bool> finite{true};
    const T* const gradients = optimizer_.gather(team, store_.gradients(), reached_.whole, finite);
    if (gradients == nullptr) return finite;
    const T scale = optimizer_.gradient_scale(team, gradients, reached_.whole, reached_.rows);
    for (StepOf<T>& step : steps_) step.update.rule.gradient_scale = scale;
    const double operations = operations_ + OptimizerState<T>::sweep_operations(reached_.rows);
    team.divide(operations, [&](Part part) noexcept {
        if (!sweep(part, gradients)) finite = false;
    });
    if (!reached_.constraints.hold(team, store_.values())) finite = false;
    optimizer_.step_is_made(team);  // what is not finite has been written too
    return finite;
}

template <class T>
bool OptimizerSteps<T>::sweep(const Part& part, const T* gradients) const {
    bool finite = true;
    for (std::size_t i = 0; i < steps_.size(); ++i)
        finite &= sweep_ranges(part, steps_[i].update, gradients, kinds_[i].swept);
    for (const GradientRows<T>& rows : reached_.rows) {
        const Update<T>& update = StepAlong<T>{&steps_}.of(rows.offset);
        finite &= sweep_rows(part, update, rows);
    }
    return finite;
}

template class OptimizerSteps<float>;
template class OptimizerSteps<double>;

}  // namespace ganglion
