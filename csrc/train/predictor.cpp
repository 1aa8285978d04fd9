#include "train/predictor.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/waiter.h"

namespace ganglion {
namespace {

/// Work below this is done before threads that sleep have come, which takes up to 0.2 ms on virtual
/// machines.
constexpr double kWorthWaking = 5e7;

/// Calls that have followed each other closely, after which one more is likely to.
constexpr int kMany = 8;

/// Gather a part's rows of a batch that begins at row `first` of x.
template <class T>
bool gather_share(const Part& part, const DataView& x, Index first, Matrix<T> into) {
    const Range share = row_share(part, into.rows);
    return gather(x, nullptr, first + share.begin,
                  Matrix<T>{into.at(share.begin, 0), share.size(), into.cols, into.row_stride});
}

template <class T>
void copy_share(const Part& part, Matrix<const T> from, Matrix<T> to) {
    const Range share = row_share(part, from.rows);
    for (Index i = share.begin; i < share.end; ++i)
        std::copy_n(from.at(i, 0), from.cols, to.at(i, 0));
}

}  // namespace

template <class T>
Predictor<T>::Predictor(const Graph& graph, ValueId input, ValueId output, ParameterStore<T>& store,
                        Index max_batch, bool frozen)
    : plan_(compile(graph, {.mode = Mode::infer, .outputs = {output}}, max_batch)),
      input_(input),
      output_(output),
      store_(store),
      packed_(frozen ? std::make_unique<PackedWeights<T>>(plan_, store.values()) : nullptr) {
    give_back(make());
}

template <class T>
std::unique_ptr<Workspace<T>> Predictor<T>::make() const {
    return std::make_unique<Workspace<T>>(plan_, ParameterBlock<T>{store_.values(), nullptr},
                                          packed_.get());
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
    return make();
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
bool Predictor<T>::calls_follow_closely() const {
    const Clock::time_point ended{Clock::duration{ended_.load(std::memory_order_relaxed)}};
    const bool close = Clock::now() - ended < kStillLooks;
    const int close_calls = close ? close_calls_.load(std::memory_order_relaxed) + 1 : 0;
    close_calls_.store(std::min(close_calls, kMany), std::memory_order_relaxed);
    return close_calls >= kMany;
}

template <class T>
Ending Predictor<T>::predict(const DataView& x, Matrix<T> y, Interrupt interrupt) const {
    const Buffer& input = plan_.buffer(plan_.values[static_cast<std::size_t>(input_)]);
    const Buffer& output = plan_.buffer(plan_.values[static_cast<std::size_t>(output_)]);
    if (x.cols != input.cols || y.cols != output.cols || x.rows != y.rows) {
        fail("predict", "x is ", x.rows, "x", x.cols, " and out ", y.rows, "x", y.cols,
             ", must have the same rows, ", input.cols, " and ", output.cols, " columns");
    }
    std::optional<Access::Hold> hold;
    if (packed_ == nullptr) hold.emplace(store_.access().read("predict"));
    std::unique_ptr<Workspace<T>> workspace = take();
    const int most = worthwhile_team(plan_.operations(std::min(plan_.max_batch, y.rows)));
    const bool small = most > 1 && plan_.operations(y.rows) < kWorthWaking;
    const int team = small && !calls_follow_closely() ? 1 : most;
    workspace->reserve_team(most);
    Stop stop(interrupt);
    std::atomic<bool> finite{true};
    bool finished = true;
    run_team(team, [&](const Team& members) noexcept {
        for (Index first = 0; first < y.rows; first += plan_.max_batch) {
            const Index rows = std::min(plan_.max_batch, y.rows - first);
            const Matrix<T> out{y.at(first, 0), rows, y.cols, y.row_stride};
            members.divide(0, [&](Part part) noexcept {
                if (!gather_share(part, x, first, workspace->value(input_, rows))) finite = false;
            });
            finished = workspace->forward(members, stop, {.rows = rows});
            if (!finished) return;
            members.divide(0, [&](Part part) noexcept {
                copy_share<T>(part, workspace->value(output_, rows), out);
            });
        }
    });
    give_back(std::move(workspace));
    if (small) ended_.store(Clock::now().time_since_epoch().count(), std::memory_order_relaxed);
    if (!finished) return Ending::interrupted;
    return finite ? Ending::complete : Ending::data_not_finite;
}

template class Predictor<float>;
template class Predictor<double>;

}  // namespace ganglion
