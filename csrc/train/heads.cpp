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

/// How many classes a head's targets number for its figures; 0: they do not.
Index classes_of(const Graph& graph, const RowLoss& loss, const Head& head) {
    const bool one_column = graph.value(loss.target).extent.channels == 1;
    if (!one_column || !head.figures->reads_classes()) return 0;
    return graph.value(head.output).extent.channels;
}

void check_positions(const Graph& graph, const Head& head) {
    const Value& output = graph.value(head.output);
    const Index positions = graph.value(head.loss).extent.positions;
    if (output.extent.positions != positions)
        fail("Routine", output.name, " has ", output.extent.positions,
             " positions, must have those of its loss, ", positions);
}

/// Does a plan read a value as nothing but weights, in batches that have some?
bool only_counts(const Plan& plan, ValueId weight) {
    const StorageId where = plan.buffer(plan.value(weight)).storage;
    return std::none_of(plan.steps.begin(), plan.steps.end(), [&](const Step& step) {
        const std::vector<BufferId> reads = certain_reads_of(step.call);
        return std::any_of(reads.begin(), reads.end(),
                           [&](BufferId id) { return plan.buffer(id).storage == where; });
    });
}

/// The sum of a batch's weights, a column for each position.
template <class T>
double sum_of_weights(Matrix<const T> weights) {
    double total = 0;
    for (Index j = 0; j < weights.cols; ++j) {
        for (Index i = 0; i < weights.rows; ++i) total += static_cast<double>(*weights.at(i, j));
    }
    return total;
}

/// Numbers of a position.
Index width(const Plan& plan, ValueId value) {
    return plan.buffer(plan.value(value)).extent.channels;
}

}  // namespace

template <class T>
Heads<T>::Heads(const Graph& graph, const Task& task) {
    for (const Head& head : task.heads) {
        if (head.figures == nullptr) fail("Routine", "a head has no figures");
        const RowLoss& loss = loss_that_makes(graph, head.loss);
        check_positions(graph, head);
        states_.push_back({.head = watched(loss, head),
                           .target = loss.target,
                           .weight = loss.weight,
                           .weight_feed = number_of(task.feeds, loss.weight),
                           .positions = graph.value(head.loss).extent.positions,
                           .classes = classes_of(graph, loss, head)});
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
void Heads<T>::check(const Plan& plan) const {
    for (const State& state : states_) {
        state.head.figures->check_columns(width(plan, state.head.output),
                                          width(plan, state.target));
        if (state.weight_feed < 0)
            fail("Routine", plan.buffer(plan.value(state.weight)).name,
                 " is what a loss counts by, and must be fed");
    }
}

template <class T>
void Heads<T>::find_what_only_counts(const Plan& plan, ValueId term_weight) {
    const auto is_shown = [this](ValueId value) {
        return std::any_of(states_.begin(), states_.end(),
                           [value](const State& state) { return state.head.output == value; });
    };
    for (State& state : states_) {
        state.only_counts = only_counts(plan, state.weight) && !is_shown(state.weight) &&
                            state.weight != term_weight;
    }
}

template <class T>
void Heads<T>::set_weights_that_were_not_fed(Workspace<T>& workspace, Index rows) {
    for (const State& state : states_) {
        if (!state.weighted)
            std::fill_n(workspace.value(state.weight, rows).data, rows * state.positions, T{1});
    }
}

template <class T>
void Heads<T>::make_room(const Plan& plan, const Batches& batches, Index rows) {
    for (std::size_t i = 0; i < states_.size(); ++i) {
        State& state = states_[i];
        state.head.figures->make_room(rows * state.positions, width(plan, state.head.output),
                                      width(plan, state.target));
        if (!counts_in_metrics(i, batches)) continue;
        const Index of_batch = std::min(batches.batch_size, rows) * state.positions;
        if (std::ssize(state.metric_weight) < of_batch)
            state.metric_weight.resize(static_cast<std::size_t>(of_batch));
    }
}

template <class T>
bool Heads<T>::only_count(int feed) const {
    return std::any_of(states_.begin(), states_.end(), [feed](const State& state) {
        return state.weight_feed == feed && state.only_counts;
    });
}

template <class T>
void Heads<T>::begin(Workspace<T>& workspace, const Batches& batches, Index rows, double factor,
                     LossRun* runs) {
    for (std::size_t i = 0; i < states_.size(); ++i) {
        State& state = states_[i];
        const auto feed = static_cast<std::size_t>(state.weight_feed);
        state.weighted = batches.feeds[feed].data != nullptr;
        const double total = state.weighted ? sum_of_weights<T>(workspace.value(state.weight, rows))
                                            : static_cast<double>(rows * state.positions);
        state.total_weight = total;
        runs[i] = {state.weighted, total > 0 ? factor / total : 0};
    }
}

template <class T>
bool Heads<T>::add_up_losses(Workspace<T>& workspace, Index rows) {
    bool finite = true;
    for (State& state : states_) {
        const T* const weights =
            state.weighted ? workspace.value(state.weight, rows).data : nullptr;
        state.loss = batch_loss<T>(workspace.positions(state.head.loss, rows), weights);
        finite &= std::isfinite(state.loss);
    }
    return finite;
}

template <class T>
void Heads<T>::add_to_figures(Workspace<T>& workspace, const Batches& batches, Range places) {
    const Index rows = places.size();
    for (std::size_t i = 0; i < states_.size(); ++i) {
        const State& state = states_[i];
        state.head.figures->template add<T>(
            state.loss, state.total_weight, workspace.positions(state.head.output, rows),
            workspace.positions(state.target, rows), metric_weight_of(i, batches, places));
    }
}

/// Are there weights that a head's metrics go by?
template <class T>
bool Heads<T>::counts_in_metrics(std::size_t head, const Batches& batches) const {
    return head < batches.metric_weights.size() && states_[head].head.figures->needs_weights() &&
           batches.metric_weights[head].data != nullptr;
}

/// What a batch's rows, or their positions, count in weighted metrics; null: all the same.
template <class T>
const T* Heads<T>::metric_weight_of(std::size_t head, const Batches& batches, Range places) {
    if (!counts_in_metrics(head, batches)) return nullptr;
    State& state = states_[head];
    batches.gather_into(
        batches.metric_weights[head], places,
        Matrix<T>{state.metric_weight.data(), places.size(), state.positions, state.positions});
    return state.metric_weight.data();
}

template <class T>
void Heads<T>::add_to(Indices& indices) const {
    for (const State& state : states_) indices.add(state.target, state.classes);
}

template class Heads<float>;
template class Heads<double>;

}  // namespace ganglion
