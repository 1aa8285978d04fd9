#include "train/tape.h"

#include <algorithm>

#include "base/error.h"
#include "base/thread_limit.h"
#include "train/optimizer_steps.h"
#include "train/swept.h"

namespace ganglion {
namespace {

/// Parameters below which another thread costs more than it brings.
constexpr Index kParametersPerThread = 64 * 1024;

void check_count(const char* what, std::size_t given, std::size_t wanted) {
    if (given != wanted) fail("tape", "there are ", given, " ", what, ", must be ", wanted);
}

template <class T>
void copy(Matrix<const T> from, Matrix<T> to) {
    for (Index i = 0; i < from.rows; ++i) {
        for (Index j = 0; j < from.cols; ++j) *to.at(i, j) = *from.at(i, j);
    }
}

}  // namespace

template <class T>
Tape<T>::Tape(const Graph& graph, const std::vector<ValueId>& inputs,
              const std::vector<ValueId>& outputs, bool input_gradients, ParameterStore<T>& store,
              Index max_batch, std::uint64_t seed, const Groups& groups, bool row_gradients)
    : plan_(compile(graph,
                    {.mode = Mode::train,
                     .outputs = outputs,
                     .input_gradients = input_gradients,
                     .row_gradients = row_gradients,
                     .groups = groups},
                    max_batch)),
      store_(store),
      indices_(graph, plan_, inputs, "tape"),
      input_gradients_(input_gradients),
      workspace_(plan_, store.block_for(graph, "tape")),
      reached_(graph, plan_, workspace_),
      unreached_(without(reached_.tables, without(reached_.whole, {{0, store.size()}}))),
      run_{.rows = 0, .seed = seed} {
    check_fed(graph, plan_, inputs, "tape");
    if (inputs.empty()) fail("tape", "inputs is empty, must hold at least one");
    inputs_ = ports_of(graph, inputs);
    outputs_ = ports_of(graph, outputs);
}

template <class T>
bool Tape<T>::run(Pass pass, Interrupt interrupt) {
    const int team = worthwhile_team(plan_.operations(run_.rows));
    workspace_.reserve_team(team);
    Stop stop(interrupt);
    bool finished = true;
    run_team(team, [&](const Team& members) noexcept {
        finished = (workspace_.*pass)(members, stop, run_);
    });
    if (!finished) run_.rows = 0;
    return finished;
}

template <class T>
bool Tape<T>::forward(std::span<const Matrix<const T>> x, std::span<const Matrix<T>> y,
                      std::uint64_t step, Interrupt interrupt) {
    const Busy::Scope scope(busy_, "forward");
    const Access::Hold hold = store_.access().read("forward");
    check_count("inputs", x.size(), inputs_.size());
    check_count("outputs", y.size(), outputs_.size());
    const Index rows = x[0].rows;
    if (rows < 1 || rows > plan_.max_batch)
        fail("tape", "x has ", rows, " rows, must have from 1 to ", plan_.max_batch);
    for (std::size_t i = 0; i < x.size(); ++i) check_shape("tape", "x", inputs_[i], x[i], rows);
    for (std::size_t i = 0; i < y.size(); ++i) check_shape("tape", "y", outputs_[i], y[i], rows);
    run_.rows = 0;  // what was there is overwritten
    has_gradient_rows_ = false;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const ValueId input = inputs_[i].value;
        if (!plan_.uses(input)) continue;
        const Matrix<T> own = workspace_.value(input, rows);
        copy<T>(x[i], own);
        if (!indices_.hold(i, own)) indices_.refuse(i, x[i]);
    }
    run_.rows = rows;
    run_.step = step;
    if (!run(&Workspace<T>::forward, interrupt)) return false;
    for (std::size_t i = 0; i < y.size(); ++i)
        copy<T>(workspace_.value(outputs_[i].value, rows), y[i]);
    return true;
}

template <class T>
bool Tape<T>::backward(std::span<const Matrix<const T>> dy, std::span<const Matrix<T>> dx,
                       Interrupt interrupt) {
    const Busy::Scope scope(busy_, "backward");
    const Access::Hold hold = store_.access().run("backward");
    const Index rows = run_.rows;
    if (rows == 0) fail("backward", "there is no forward pass to go back through");
    if (!plan_.no_backward.empty()) throw std::invalid_argument(plan_.no_backward);
    check_count("dy", dy.size(), outputs_.size());
    if (!dx.empty()) check_count("dx", dx.size(), inputs_.size());
    if (!dx.empty() && !input_gradients_)
        fail("tape", "dx is given, and the tape was made without input_gradients");
    for (std::size_t i = 0; i < dx.size(); ++i) check_shape("tape", "dx", inputs_[i], dx[i], rows);
    for (std::size_t i = 0; i < dy.size(); ++i) check_shape("tape", "dy", outputs_[i], dy[i], rows);
    for (std::size_t i = 0; i < dy.size(); ++i)
        copy<T>(dy[i], workspace_.gradient(outputs_[i].value, rows));
    for (const Range& range : unreached_)
        std::fill_n(store_.gradients() + range.begin, range.size(), T{0});
    if (!run(&Workspace<T>::backward, interrupt)) return false;
    workspace_.remember(run_);
    for (std::size_t i = 0; i < dx.size(); ++i) copy_gradient(inputs_[i].value, dx[i]);
    run_.rows = 0;
    has_gradient_rows_ = true;
    return true;
}

/// Of an input that no output depends on it is zero.
template <class T>
void Tape<T>::copy_gradient(ValueId input, Matrix<T> to) {
    const Matrix<T> gradient = workspace_.gradient(input, to.rows);
    if (gradient.data != nullptr) return copy<T>(gradient, to);
    for (Index i = 0; i < to.rows; ++i) std::fill_n(to.at(i, 0), to.cols, T{0});
}

template <class T>
bool Tape<T>::apply_gradients(OptimizerState<T>& optimizer, double rate) {
    const char* const call = "apply_gradients";
    const Busy::Scope scope(busy_, call);
    if (!plan_.no_backward.empty()) throw std::invalid_argument(plan_.no_backward);
    if (optimizer.size() != store_.size()) fail(call, "the store has other parameters");
    if (!reached_.rows.empty() && !has_gradient_rows_)
        fail(call, "gradients of rows are there after a backward pass alone");
    if (!reached_.rows.empty() && !optimizer.takes_rows())
        fail(call, "gradients of rows can be neither added up nor averaged");
    const Busy::Scope stepping(optimizer.busy(), call);
    const Access::Hold hold = store_.access().run(call);
    optimizer.check_summed(call, reached_.whole);
    OptimizerSteps<T> steps(optimizer, store_, reached_);
    optimizer.make_room(reached_.whole, most_in_rows(plan_));
    bool finite = true;
    const Index parameters = numbers_of(reached_.whole);
    run_team(team_size(static_cast<int>(parameters / kParametersPerThread)),
             [&](const Team& members) noexcept {
                 steps.begin(rate);
                 finite = steps.finish(members);
             });
    return finite;
}

template class Tape<float>;
template class Tape<double>;

}  // namespace ganglion
