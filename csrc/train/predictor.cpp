#include "train/predictor.h"

#include <algorithm>
#include <cstdint>
#include <new>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/thread_limit.h"
#include "base/waiter.h"
#include "kernels/kernels.h"

namespace ganglion {
namespace {

/// Work below this is done before threads that sleep have come, which takes up to 0.2 ms on virtual
/// machines.
constexpr double kWorthWaking = 5e7;

/// Operations below which another thread costs more than it brings, and those that take as long as
/// what else is done with a number: it is gathered, activated or copied.
constexpr double kOperationsPerMember = 0.5e6;
constexpr double kOperationsPerNumber = 100;

/// Of a member's rows that are given out at a time where they work apart: some 0.3 ms.
constexpr double kJobOperations = 4e7;

/// Weights that each may read by itself for each of its rows, and elements of its workspace.
constexpr double kWeightsPerRow = 64;
constexpr Index kOwnMemory = Index{1} << 20;

/// So long small calls that follow each other closely run alone, until it would have been worth
/// waking a team for them: then there are likely as many again.
constexpr auto kSpentAlone = std::chrono::microseconds(200);

/// Numbers that a row brings, passes through and ends in.
double numbers_of_row(const Plan& plan) {
    Index numbers = 0;
    for (const Storage& storage : plan.memory.storages) {
        if (storage.space == Space::arena && storage.extent.rows == kBatch)
            numbers += storage.extent.row_size();
    }
    return static_cast<double>(numbers);
}

/// The bytes from the first to behind the last of a view's, of numbers of up to 8; strides in
/// bytes.
std::pair<std::uintptr_t, std::uintptr_t> extent(const void* data, Index rows, Index cols,
                                                 Index row_stride, Index col_stride) {
    const Index down = (rows - 1) * row_stride;
    const Index across = (cols - 1) * col_stride;
    const auto at = [data](Index bytes) {
        return reinterpret_cast<std::uintptr_t>(data) + static_cast<std::uintptr_t>(bytes);
    };
    return {at(std::min<Index>(down, 0) + std::min<Index>(across, 0)),
            at(std::max<Index>(down, 0) + std::max<Index>(across, 0) + 8)};
}

/// May x and y share memory? Then all rows of a batch are to be read before one is written.
template <class T>
bool share_memory(const DataView& x, Matrix<T> y) {
    constexpr Index number = sizeof(T);
    const auto read = extent(x.data, x.rows, x.cols, x.row_stride, x.col_stride);
    const auto written = extent(y.data, y.rows, y.cols, y.row_stride * number, number);
    return read.first < written.second && written.first < read.second;
}

/// Where the numbers of x lie, if one after the other, and as products read them; else null.
template <class T>
const T* as_it_lies(const DataView& x) {
    constexpr Index number = sizeof(T);
    const DataType type = number == sizeof(float) ? DataType::float32 : DataType::float64;
    const bool contiguous = x.col_stride == number && x.row_stride == x.cols * number;
    const bool aligned = reinterpret_cast<std::uintptr_t>(x.data) % alignof(T) == 0;
    const bool as_read = x.type == type && x.scale == 1 && x.factor == nullptr;
    return contiguous && aligned && as_read ? static_cast<const T*>(x.data) : nullptr;
}

/// Gather a part's rows of a batch that begins at row `first` of x, or look at them where they are
/// read in place. Returns false if a number is not finite.
template <class T>
bool gather_share(const Part& part, const DataView& x, const T* in_place, Index first,
                  Matrix<T> into) {
    const Range share = row_share(part, into.rows);
    if (in_place != nullptr) {
        return kernels<T>().all_finite(in_place + (first + share.begin) * into.cols,
                                       share.size() * into.cols);
    }
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
      row_numbers_(numbers_of_row(plan_)),
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

/// Of matrix products, in the time that so many rows take.
template <class T>
double Predictor<T>::equivalent_operations(Index rows) const {
    return plan_.operations(rows) + kOperationsPerNumber * row_numbers_ * static_cast<double>(rows);
}

template <class T>
auto Predictor<T>::small_calls_began(Clock::time_point now) const -> Clock::time_point {
    const Clock::time_point ended{Clock::duration{ended_.load(std::memory_order_relaxed)}};
    if (now - ended < kStillLooks)
        return Clock::time_point{Clock::duration{began_.load(std::memory_order_relaxed)}};
    began_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    return now;
}

template <class T>
Ending Predictor<T>::predict(const DataView& x, Matrix<T> y, Interrupt interrupt) const {
    const Index inputs = plan_.buffer(plan_.value(input_)).extent.row_size();
    const Index outputs = plan_.buffer(plan_.value(output_)).extent.row_size();
    if (x.cols != inputs || y.cols != outputs || x.rows != y.rows) {
        fail("predict", "x is ", x.rows, "x", x.cols, " and out ", y.rows, "x", y.cols,
             ", must have the same rows, ", inputs, " and ", outputs, " columns");
    }
    std::optional<Access::Hold> hold;
    if (packed_ == nullptr) hold.emplace(store_.access().read("predict"));
    const int most = worthwhile_team(equivalent_operations(y.rows), kOperationsPerMember);
    const bool small = most > 1 && equivalent_operations(y.rows) < kWorthWaking && !full_teams();
    const Clock::time_point now = small ? Clock::now() : Clock::time_point{};
    const int size = small && now - small_calls_began(now) < kSpentAlone ? 1 : most;
    const bool apart_from_x = !share_memory(x, y);
    Call call{x, y, apart_from_x ? as_it_lies<T>(x) : nullptr, Stop(interrupt)};
    if (size > 1 && is_quicker_apart(size, y.rows) && apart_from_x)
        predict_apart(size, call);
    else
        predict_together(size, call);
    if (small) ended_.store(Clock::now().time_since_epoch().count(), std::memory_order_relaxed);
    if (call.stop.wanted()) return Ending::interrupted;
    return call.finite ? Ending::complete : Ending::data_not_finite;
}

/// Rows that each of so many members is given at a time where they work apart.
template <class T>
Index Predictor<T>::rows_at_once(int size, Index rows) const {
    const double of_row =
        equivalent_operations(plan_.max_batch) / static_cast<double>(plan_.max_batch);
    const Index few = 4 + static_cast<Index>(kJobOperations / of_row);
    return std::min(few, ceil_div(rows, size));
}

/// Members that work apart need not wait for each other, but each reads, and packs, all weights,
/// and has memory of its own.
template <class T>
bool Predictor<T>::is_quicker_apart(int size, Index rows) const {
    const Index together = std::min(plan_.max_batch, rows_at_once(size, rows));
    return plan_.row_operations / 2 < kWeightsPerRow * static_cast<double>(together) &&
           plan_.arena_size < kOwnMemory;
}

/// All members work on one batch after the other.
template <class T>
void Predictor<T>::predict_together(int most, Call& call) const {
    const Index batch = std::min(plan_.max_batch, call.y.rows);
    const int size =
        most > 1
            ? std::min(most, worthwhile_team(equivalent_operations(batch), kOperationsPerMember))
            : 1;
    std::unique_ptr<Workspace<T>> workspace = take();
    workspace->reserve_team(size);
    run_team(size, [&](const Team& team) noexcept {
        for (Index first = 0; first < call.y.rows && !call.stop.wanted(); first += plan_.max_batch)
            predict_batch(team, *workspace, stretch(first, plan_.max_batch, call.y.rows), call,
                          call.stop);
    });
    give_back(std::move(workspace));
}

/// Workspaces for each member of a team; false where there is no memory for them.
template <class T>
bool Predictor<T>::take_for(const Team& team, Workspaces& workspaces) const noexcept {
    try {
        for (int rank = 1; rank < team.size(); ++rank)
            workspaces[static_cast<std::size_t>(rank)] = take();
    } catch (const std::bad_alloc&) {
        return false;
    }
    return true;
}

/// Each member has rows of its own.
template <class T>
void Predictor<T>::predict_apart(int most, Call& call) const {
    const int size = std::min(most, static_cast<int>(free_.size()));
    Workspaces workspaces(static_cast<std::size_t>(size));  // by rank
    workspaces[0] = take();
    run_team(size, [&](const Team& offered) noexcept {
        const Team team = take_for(offered, workspaces) ? offered : Team();
        const Index at_once = team.size() * rows_at_once(team.size(), call.y.rows);
        for (Index first = 0; first < call.y.rows && !call.stop.poll(); first += at_once) {
            const Range rows = stretch(first, at_once, call.y.rows);
            team.divide(equivalent_operations(rows.size()), [&](Part part) noexcept {
                const Range share = row_share(part, rows.size());
                predict_share({rows.begin + share.begin, rows.begin + share.end},
                              *workspaces[static_cast<std::size_t>(part.rank)], call);
            });
        }
    });
    for (std::unique_ptr<Workspace<T>>& workspace : workspaces) {
        if (workspace != nullptr) give_back(std::move(workspace));
    }
}

/// A member's rows, by itself; so few that nobody asks for Ctrl-C meanwhile.
template <class T>
void Predictor<T>::predict_share(Range rows, Workspace<T>& workspace, Call& call) const {
    Stop unasked(kNoInterrupt);
    for (Index first = rows.begin; first < rows.end; first += plan_.max_batch)
        predict_batch(Team(), workspace, stretch(first, plan_.max_batch, rows.end), call, unasked);
}

template <class T>
void Predictor<T>::predict_batch(const Team& team, Workspace<T>& workspace, Range rows, Call& call,
                                 Stop& stop) const {
    const Index count = rows.size();
    const T* const in_place = call.in_place;
    workspace.read_input(input_,
                         in_place == nullptr ? nullptr : in_place + rows.begin * call.x.cols);
    team.divide(0, [&](Part part) noexcept {
        if (!gather_share(part, call.x, in_place, rows.begin, workspace.value(input_, count)))
            call.finite = false;
    });
    if (!workspace.forward(team, stop, {.rows = count, .first_row = rows.begin})) return;
    const Matrix<T> out{call.y.at(rows.begin, 0), count, call.y.cols, call.y.row_stride};
    team.divide(
        0, [&](Part part) noexcept { copy_share<T>(part, workspace.value(output_, count), out); });
}

template class Predictor<float>;
template class Predictor<double>;

}  // namespace ganglion
