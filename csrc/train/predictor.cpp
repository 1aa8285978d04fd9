#include "train/predictor.h"

#include <algorithm>

#include "base/error.h"

namespace ganglion {

template <class T>
Predictor<T>::Predictor(const Graph& graph, ValueId input, ValueId output, T* parameters,
                        Index max_batch)
    : plan_(compile(graph, {.mode = Mode::infer, .outputs = {output}}, max_batch)),
      input_(input),
      output_(output),
      parameters_(parameters) {
    give_back(std::make_unique<Workspace<T>>(plan_, ParameterBlock<T>{parameters_, nullptr}));
}

template <class T>
Predictor<T>::~Predictor() {
    for (std::atomic<Workspace<T>*>& slot : free_) delete slot.load();
}

template <class T>
std::unique_ptr<Workspace<T>> Predictor<T>::take() const {
    for (std::atomic<Workspace<T>*>& slot : free_) {
        if (Workspace<T>* workspace = slot.exchange(nullptr)) {
            return std::unique_ptr<Workspace<T>>(workspace);
        }
    }
    return std::make_unique<Workspace<T>>(plan_, ParameterBlock<T>{parameters_, nullptr});
}

template <class T>
void Predictor<T>::give_back(std::unique_ptr<Workspace<T>> workspace) const {
    for (std::atomic<Workspace<T>*>& slot : free_) {
        Workspace<T>* empty = nullptr;
        if (slot.compare_exchange_strong(empty, workspace.get())) {
            workspace.release();
            return;
        }
    }
}

template <class T>
bool Predictor<T>::predict(const DataView& x, Matrix<T> y) const {
    std::unique_ptr<Workspace<T>> workspace = take();
    const Index inputs = workspace->value(input_, 0).cols;
    const Index outputs = workspace->value(output_, 0).cols;
    if (x.cols != inputs || y.cols != outputs || x.rows != y.rows) {
        give_back(std::move(workspace));
        fail("predict", "x is ", x.rows, "x", x.cols, " and out ", y.rows, "x", y.cols,
             ", must have the same rows, ", inputs, " and ", outputs, " columns");
    }
    const int team = worthwhile_team(plan_, std::min(plan_.max_batch, y.rows));
    workspace->reserve_team(team);
    std::atomic<bool> finite{true};
    run_team(team, [&](Member member) noexcept {
        for (Index first = 0; first < y.rows; first += plan_.max_batch) {
            const Index rows = std::min(plan_.max_batch, y.rows - first);
            const Range share = row_share(member, rows);
            const Matrix<T> input = workspace->value(input_, rows);
            const Matrix<T> mine{input.at(share.begin, 0), share.size(), input.cols, input.cols};
            if (!gather(x, nullptr, first + share.begin, mine)) finite = false;
            workspace->forward(member, {.rows = rows});
            member.barrier();
            const Matrix<T> output = workspace->value(output_, rows);
            for (Index i = share.begin; i < share.end; ++i) {
                std::copy_n(output.at(i, 0), output.cols, y.at(first + i, 0));
            }
            member.barrier();
        }
    });
    give_back(std::move(workspace));
    return finite;
}

template class Predictor<float>;
template class Predictor<double>;

}  // namespace ganglion
