#include "train/predictor.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/thread_limit.h"
#include "base/waiter.h"

namespace ganglion {
namespace {

/// Work below this is done before threads that sleep have come, which takes up to 0.2 ms on virtual
/// machines.
constexpr double kWorthWaking = 5e7;

/// Operations below which another thread costs more than it brings.
constexpr double kOperationsPerMember = 0.5e6;

/// Of the rows that are given out at a time where members work apart: some 0.4 ms for each of two.
constexpr double kJobOperations = 4e7;

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
    const Index batch = std::min(plan_.max_batch, y.rows);
    const int of_batch = worthwhile_team(plan_.operations(batch), kOperationsPerMember);
    const int of_all = worthwhile_team(plan_.operations(y.rows), kOperationsPerMember);
    const bool small = of_all > 1 && plan_.operations(y.rows) < kWorthWaking && !full_teams();
    const bool alone = small && !calls_follow_closely();
    Call call{x, y, Stop(interrupt)};
    if (!alone && of_batch == 1 && of_all > 1 && batch < y.rows)
        predict_apart(of_all, call);
    else
        predict_together(alone ? 1 : of_batch, call);
    if (small) ended_.store(Clock::now().time_since_epoch().count(), std::memory_order_relaxed);
    if (call.stop.wanted()) return Ending::interrupted;
    return call.finite ? Ending::complete : Ending::data_not_finite;
}

/// All members work on one batch after the other.
template <class T>
void Predictor<T>::predict_together(int size, Call& call) const {
    std::unique_ptr<Workspace<T>> workspace = take();
    workspace->reserve_team(size);
    run_team(size, [&](const Team& team) noexcept {
        for (Index first = 0; first < call.y.rows && !call.stop.wanted(); first += plan_.max_batch)
            predict_batch(team, *workspace, stretch(first, plan_.max_batch, call.y.rows), call,
                          call.stop);
    });
    give_back(std::move(workspace));
}

/// Each member has batches of its own: one is not worth a team, all together are.
template <class T>
void Predictor<T>::predict_apart(int size, Call& call) const {
    std::vector<std::unique_ptr<Workspace<T>>> workspaces;  // by rank
    while (static_cast<int>(workspaces.size()) < size) workspaces.push_back(take());
    const double of_batch = plan_.operations(plan_.max_batch);
    const Index batches = std::max<Index>(size, static_cast<Index>(kJobOperations / of_batch));
    run_team(size, [&](const Team& team) noexcept {
        for (Index first = 0; first < call.y.rows && !call.stop.poll();) {
            const Range rows = stretch(first, batches * plan_.max_batch, call.y.rows);
            team.divide(plan_.operations(rows.size()), [&](Part part) noexcept {
                const Range share = part.share(rows.size(), plan_.max_batch);
                Workspace<T>& mine = *workspaces[static_cast<std::size_t>(part.rank)];
                const Index end = rows.begin + share.end;
                Stop unasked(kNoInterrupt);
                for (Index i = rows.begin + share.begin; i < end; i += plan_.max_batch)
                    predict_batch(Team(), mine, stretch(i, plan_.max_batch, end), call, unasked);
            });
            first = rows.end;
        }
    });
    for (std::unique_ptr<Workspace<T>>& workspace : workspaces) give_back(std::move(workspace));
}

template <class T>
void Predictor<T>::predict_batch(const Team& team, Workspace<T>& workspace, Range rows, Call& call,
                                 Stop& stop) const {
    const Index count = rows.size();
    team.divide(0, [&](Part part) noexcept {
        if (!gather_share(part, call.x, rows.begin, workspace.value(input_, count)))
            call.finite = false;
    });
    if (!workspace.forward(team, stop, {.rows = count})) return;
    const Matrix<T> out{call.y.at(rows.begin, 0), count, call.y.cols, call.y.row_stride};
    team.divide(
        0, [&](Part part) noexcept { copy_share<T>(part, workspace.value(output_, count), out); });
}

template class Predictor<float>;
template class Predictor<double>;

}  // namespace ganglion
