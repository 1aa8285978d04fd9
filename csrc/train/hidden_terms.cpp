#include "train/hidden_terms.h"

#include <cmath>

#include "base/error.h"

namespace ganglion {
namespace {

template <class T>
double sum_of(Matrix<const T> numbers) {
    double total = 0;
    for (Index i = 0; i < numbers.rows; ++i) {
        for (Index j = 0; j < numbers.cols; ++j) total += static_cast<double>(*numbers.at(i, j));
    }
    return total;
}

/// Of losses at each position of rows that have these weights.
template <class T>
double weighted_sum_of(Matrix<const T> losses, Matrix<const T> weights) {
    const Index positions = losses.rows / weights.rows;
    double total = 0;
    for (Index i = 0; i < losses.rows; ++i) {
        const auto counts = static_cast<double>(*weights.at(i / positions, 0));
        if (counts != 0) total += counts * static_cast<double>(*losses.at(i, 0));
    }
    return total;
}

}  // namespace

template <class T>
HiddenTerms<T>::HiddenTerms(const Graph& graph, const Task& task) : weight_(task.term_weight) {
    for (const HiddenTerm& term : task.hidden) {
        const Value& value = graph.value(term.loss);
        if (term.figures == nullptr) fail("Routine", "the term ", value.name, " has no figures");
        states_.push_back({.term = term,
                           .of_batch = value.extent.rows == kBatch,
                           .positions = value.extent.positions});
    }
}

template <class T>
void HiddenTerms<T>::add_to(Goal& goal) const {
    for (const State& state : states_) goal.losses.push_back({state.term.loss, state.term.factor});
    goal.term_weight = weight_;
    if (weight_ != kNoValue) goal.outputs.push_back(weight_);
}

template <class T>
void HiddenTerms<T>::begin(Workspace<T>& workspace, Index rows, double factor, LossRun* runs) {
    total_weight_ =
        weight_ == kNoValue ? static_cast<double>(rows) : sum_of<T>(workspace.value(weight_, rows));
    for (std::size_t i = 0; i < states_.size(); ++i) runs[i] = {false, factor * share(states_[i])};
}

/// One over what the mean is of.
template <class T>
double HiddenTerms<T>::share(const State& state) const {
    if (!state.of_batch) return 1;
    const double counted = total_weight_ * static_cast<double>(state.positions);
    return counted > 0 ? 1 / counted : 0;
}

/// The sum that the mean is of.
template <class T>
double HiddenTerms<T>::total_of(const State& state, Workspace<T>& workspace, Index rows) const {
    const Matrix<const T> losses = workspace.positions(state.term.loss, rows);
    if (weight_ == kNoValue || !state.of_batch) return sum_of<T>(losses);
    return weighted_sum_of<T>(losses, workspace.value(weight_, rows));
}

template <class T>
bool HiddenTerms<T>::add_up(Workspace<T>& workspace, Index rows) {
    bool finite = true;
    for (State& state : states_) {
        state.loss = total_of(state, workspace, rows) * share(state);
        finite &= std::isfinite(state.loss);
    }
    return finite;
}

template <class T>
void HiddenTerms<T>::add_to_figures() {
    for (const State& state : states_) {
        state.term.figures->template add<T>(state.loss * total_weight_, total_weight_, {}, {},
                                            nullptr);
    }
}

template class HiddenTerms<float>;
template class HiddenTerms<double>;

}  // namespace ganglion
