#include "train/tape.h"

#include "base/error.h"

namespace ganglion {
namespace {

template <class T>
void check_shape(const char* what, Matrix<const T> given, Index rows, Index cols) {
    if (given.rows != rows || given.cols != cols) {
        fail("tape", what, " is ", given.rows, "x", given.cols, ", must be ", rows, "x", cols);
    }
}

template <class T>
void copy(Matrix<const T> from, Matrix<T> to) {
    for (Index i = 0; i < from.rows; ++i) {
        for (Index j = 0; j < from.cols; ++j) *to.at(i, j) = *from.at(i, j);
    }
}

}  // namespace

template <class T>
Tape<T>::Tape(const Graph& graph, ValueId input, ValueId output, bool input_gradient,
              ParameterStore<T>& store, Index max_batch, std::uint64_t seed)
    : plan_(compile(graph,
                    {.mode = Mode::train, .outputs = {output}, .input_gradients = input_gradient},
                    max_batch)),
      store_(store),
      input_(input),
      output_(output),
      workspace_(plan_, store.block()),
      run_{.rows = 0, .seed = seed} {}

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
bool Tape<T>::forward(Matrix<const T> x, Matrix<T> y, std::uint64_t step, Interrupt interrupt) {
    const Busy::Scope scope(busy_, "forward");
    const Access::Hold hold = store_.access().read("forward");
    if (x.rows > plan_.max_batch)
        fail("tape", "x has ", x.rows, " rows, at most ", plan_.max_batch);
    check_shape("x", x, x.rows, workspace_.value(input_, 0).cols);
    check_shape<T>("y", y, x.rows, workspace_.value(output_, 0).cols);
    run_.rows = x.rows;
    run_.step = step;
    copy<T>(x, workspace_.value(input_, x.rows));
    if (!run(&Workspace<T>::forward, interrupt)) return false;
    copy<T>(workspace_.value(output_, x.rows), y);
    return true;
}

template <class T>
bool Tape<T>::backward(Matrix<const T> dy, Matrix<T> dx, Interrupt interrupt) {
    const Busy::Scope scope(busy_, "backward");
    const Access::Hold hold = store_.access().run("backward");
    if (run_.rows == 0) fail("backward", "there is no forward pass to go back through");
    if (!plan_.no_backward.empty()) throw std::invalid_argument(plan_.no_backward);
    check_shape("dy", dy, run_.rows, workspace_.value(output_, 0).cols);
    copy<T>(dy, workspace_.gradient(output_, dy.rows));
    if (!run(&Workspace<T>::backward, interrupt)) return false;
    if (dx.data != nullptr) copy<T>(workspace_.gradient(input_, dy.rows), dx);
    run_.rows = 0;
    return true;
}

template class Tape<float>;
template class Tape<double>;

}  // namespace ganglion
