#include "train/heads.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace ganglion {
namespace {

/// The weighted sum of a batch's losses, one for each position.
template <class T>
double batch_loss(Matrix<const T> row_loss, const T* weight) {
    double total = 0;
    for (Index i = 0; i < row_loss.rows; ++i) {
        const double w = weight == nullptr ? 1 : static_cast<double>(weight[i]);
        if (w != 0) total += w * static_cast<double>(*row_loss.at(i, 0));
    }
    return total;
}

/// The head with what its figures look at as its output: without metrics nobody needs the softmax
/// that comes after what the loss reads.
Head watched(const RowLoss& loss, Head head) {
    if (!head.figures->has_metrics()) head.output = loss.output;
    return head;
}

int number_of(const std::vector<ValueId>& feeds, ValueId value) {
    const auto found = std::find(feeds.begin(), feeds.end(), value);
    return found == feeds.end() ? -1 : static_cast<int>(found - feeds.begin());
}

/// How many classes a head's targets number, for its loss or its figures; 0: they do not.
Index classes_of(const Graph& graph, const RowLoss& loss, const Head& head) {
    const Index of_loss = numbered_classes(graph, loss);
    const bool one_column = graph.value(loss.target).extent.channels == 1;
    if (of_loss != 0 || !one_column || !head.figures->reads_classes()) return of_loss;
    return graph.value(head.output).extent.channels;
}

/// Numbers of a position.
Index width(const Plan& plan, ValueId value) {
    return plan.buffer(plan.value(value)).extent.channels;
}

}  // namespace

template <class T>
Heads<T>::Heads(const Graph& graph, const Task& task, Index max_batch) : runs_(task.heads.size()) {
    if (task.heads.empty()) fail("Routine", "heads is empty, must hold at least one");
    for (const Head& head : task.heads) {
        if (head.figures == nullptr) fail("Routine", "a head has no figures");
        const RowLoss& loss = loss_that_makes(graph, head.loss);
        const Index positions = graph.value(head.loss).extent.positions;
        states_.push_back(
            {.head = watched(loss, head),
             .target = loss.target,
             .weight = loss.weight,
             .weight_feed = number_of(task.feeds, loss.weight),
             .positions = positions,
             .classes = classes_of(graph, loss, head),
             .metric_weight = std::vector<T>(static_cast<std::size_t>(max_batch * positions))});
    }
}

template <class T>
void Heads<T>::add_to(Goal& goal) const {
    for (const State& state : states_) {
        const Head& head = state.head;
        goal.outputs.insert(goal.outputs.end(), {head.output, state.target, state.weight});
        goal.losses.push_back({head.loss, head.factor});
    }
}

template <class T>
void Heads<T>::check(const Plan& plan, const std::vector<ValueId>& feeds) const {
    for (const State& state : states_) {
        state.head.figures->check_columns(width(plan, state.head.output),
                                          width(plan, state.target));
        if (state.classes != 0 && number_of(feeds, state.target) < 0)
            fail("Routine", plan.buffer(plan.value(state.target)).name,
                 " numbers classes, and must be fed");
    }
}

template <class T>
void Heads<T>::set_weights_that_were_not_fed(Workspace<T>& workspace, Index rows) {
    for (std::size_t i = 0; i < states_.size(); ++i) {
        if (!runs_[i].weighted)
            std::fill_n(workspace.value(states_[i].weight, rows).data, rows * states_[i].positions,
                        T{1});
    }
}

template <class T>
void Heads<T>::make_room(const Plan& plan, Index rows) {
    for (const State& state : states_)
        state.head.figures->make_room(rows * state.positions, width(plan, state.head.output),
                                      width(plan, state.target));
}

template <class T>
bool Heads<T>::are_weights(int feed) const {
    return std::any_of(states_.begin(), states_.end(),
                       [feed](const State& state) { return state.weight_feed == feed; });
}

template <class T>
const std::vector<LossRun>& Heads<T>::begin(const Batches& batches, Index batch, double factor) {
    for (std::size_t i = 0; i < states_.size(); ++i) {
        State& state = states_[i];
        const DataView weights = state.weight_feed < 0
                                     ? DataView{}
                                     : batches.feeds[static_cast<std::size_t>(state.weight_feed)];
        state.total_weight = batches.weight_of<T>(weights, state.positions, batch);
        const double total = state.total_weight;
        runs_[i] = {weights.data != nullptr, total > 0 ? factor / total : 0};
    }
    return runs_;
}

template <class T>
bool Heads<T>::add_up_losses(Workspace<T>& workspace, Index rows) {
    bool finite = true;
    for (std::size_t i = 0; i < states_.size(); ++i) {
        State& state = states_[i];
        const T* const weights =
            runs_[i].weighted ? workspace.value(state.weight, rows).data : nullptr;
        state.loss = batch_loss<T>(workspace.positions(state.head.loss, rows), weights);
        finite &= std::isfinite(state.loss);
    }
    return finite;
}

template <class T>
void Heads<T>::add_to_figures(Workspace<T>& workspace, const Batches& batches, Range positions) {
    const Index rows = positions.size();
    for (std::size_t i = 0; i < states_.size(); ++i) {
        const State& state = states_[i];
        state.head.figures->template add<T>(
            state.loss, state.total_weight, workspace.positions(state.head.output, rows),
            workspace.positions(state.target, rows), metric_weight_of(i, batches, positions));
    }
}

/// What a batch's rows, or their positions, count in weighted metrics; null: all the same.
template <class T>
const T* Heads<T>::metric_weight_of(std::size_t head, const Batches& batches, Range positions) {
    State& state = states_[head];
    if (head >= batches.metric_weights.size() || !state.head.figures->needs_weights())
        return nullptr;
    const DataView& weights = batches.metric_weights[head];
    if (weights.data == nullptr) return nullptr;
    batches.gather_into(
        weights, positions,
        Matrix<T>{state.metric_weight.data(), positions.size(), state.positions, state.positions});
    return state.metric_weight.data();
}

template class Heads<float>;
template class Heads<double>;

}  // namespace ganglion
