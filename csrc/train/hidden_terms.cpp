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

}  // namespace

template <class T>
HiddenTerms<T>::HiddenTerms(const Graph& graph, const Task& task) {
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
}

template <class T>
void HiddenTerms<T>::begin(Index rows, double factor, LossRun* runs) const {
    for (std::size_t i = 0; i < states_.size(); ++i)
        runs[i] = {false, factor * states_[i].share(rows)};
}

template <class T>
bool HiddenTerms<T>::add_up(Workspace<T>& workspace, Index rows) {
    bool finite = true;
    for (State& state : states_) {
        const double total = sum_of<T>(workspace.positions(state.term.loss, rows));
        state.loss = total * state.share(rows);
        finite &= std::isfinite(state.loss);
    }
    return finite;
}

template <class T>
void HiddenTerms<T>::add_to_figures(Index rows) {
    const auto count = static_cast<double>(rows);
    for (const State& state : states_)
        state.term.figures->template add<T>(state.loss * count, count, {}, {}, nullptr);
}

template class HiddenTerms<float>;
template class HiddenTerms<double>;

}  // namespace ganglion
