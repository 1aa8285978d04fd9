#include "train/predictor.h"

#include <algorithm>
#include <new>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/thread_limit.h"
#include "base/waiter.h"
#include "train/prediction_data.h"

namespace ganglion {
namespace {

/// Work below this is done before threads that sleep have come, which takes up to 0.2 ms on virtual
/// machines.
constexpr double kWorthATeam = 5e7;

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

}  // namespace

template <class T>
Predictor<T>::Predictor(const Graph& graph, const std::vector<ValueId>& inputs,
                        const std::vector<ValueId>& outputs, ParameterStore<T>& store,
                        Index max_batch, bool frozen)
    : plan_(compile(graph, {.mode = Mode::infer, .outputs = outputs}, max_batch)),
      parameters_(store.block_for(graph, "Predictor")),
      indices_(graph, plan_, inputs, "Predictor"),
      store_(store),
      row_numbers_(numbers_of_row(plan_)),
      packed_(frozen ? std::make_unique<PackedWeights<T>>(plan_, store.values()) : nullptr) {
    check_fed(graph, plan_, inputs, "Predictor");
    if (inputs.empty()) fail("Predictor", "inputs is empty, must hold at least one");
    inputs_ = ports_of(graph, inputs);
    outputs_ = ports_of(graph, outputs);
    give_back(make());
}

template <class T>
std::unique_ptr<Workspace<T>> Predictor<T>::make() const {
    return std::make_unique<Workspace<T>>(plan_, ParameterBlock<T>{parameters_.values, nullptr},
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
void Predictor<T>::check(std::span<const DataView> x, std::span<const Matrix<T>> y) const {
    if (x.size() != inputs_.size() || y.size() != outputs_.size())
        fail("predict", "there are ", x.size(), " inputs and ", y.size(), " outputs, must be ",
             inputs_.size(), " and ", outputs_.size());
    const Index rows = x.empty() ? 0 : x[0].rows;
    for (std::size_t i = 0; i < x.size(); ++i) check_shape("predict", "x", inputs_[i], x[i], rows);
    for (std::size_t i = 0; i < y.size(); ++i)
        check_shape("predict", "out", outputs_[i], y[i], rows);
}

template <class T>
Ending Predictor<T>::predict(std::span<const DataView> x, std::span<const Matrix<T>> y,
                             Interrupt interrupt) const {
    check(x, y);
    std::optional<Access::Hold> hold;
    if (packed_ == nullptr) hold.emplace(store_.access().read("predict"));
    const Index rows = x[0].rows;
    const double operations = equivalent_operations(rows);
    const int most = worthwhile_team(operations, kOperationsPerMember);
    const bool small = most > 1 && operations < kWorthATeam && !full_teams();
    const Clock::time_point now = small ? Clock::now() : Clock::time_point{};
    const int size = small && now - small_calls_began(now) < kSpentAlone ? 1 : most;
    Call call{x, y, rows, !share_memory(x, y), Stop(interrupt)};
    if (size > 1 && is_quicker_apart(size, rows) && call.in_place)
        predict_apart(size, call);
    else
        predict_together(size, call);
    if (small) ended_.store(Clock::now().time_since_epoch().count(), std::memory_order_relaxed);
    if (call.stop.wanted()) return Ending::interrupted;
    if (!call.finite) return Ending::data_not_finite;
    return call.indexes ? Ending::complete : Ending::no_index;
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
    const Index batch = std::min(plan_.max_batch, call.rows);
    const int size =
        most > 1
            ? std::min(most, worthwhile_team(equivalent_operations(batch), kOperationsPerMember))
            : 1;
    std::unique_ptr<Workspace<T>> workspace = take();
    workspace->reserve_team(size);
    run_team(size, [&](const Team& team) noexcept {
        for (Index first = 0; first < call.rows && !call.stop.wanted(); first += plan_.max_batch)
            predict_batch(team, *workspace, stretch(first, plan_.max_batch, call.rows), call,
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
        const Index at_once = team.size() * rows_at_once(team.size(), call.rows);
        for (Index first = 0; first < call.rows && !call.stop.poll(); first += at_once) {
            const Range rows = stretch(first, at_once, call.rows);
            team.divide(equivalent_operations(rows.size()), [&](Part part) noexcept {
                const Range share = plan_.memory.row_share(part, rows.size());
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
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
        const ValueId input = inputs_[i].value;
        if (!plan_.uses(input)) continue;
        const bool in_place = call.in_place && !indices_.has(i);  // those are checked in a copy
        const T* const lies = in_place ? as_it_lies<T>(call.x[i]) : nullptr;
        workspace.read_input(input, lies == nullptr ? nullptr : lies + rows.begin * call.x[i].cols);
    }
    team.divide(0, [&](Part part) noexcept {
        const Range share = plan_.memory.row_share(part, count);
        for (std::size_t i = 0; i < inputs_.size(); ++i) {
            const ValueId input = inputs_[i].value;
            if (!plan_.uses(input)) continue;
            const Matrix<T> all = workspace.value(input, count);
            if (!gather_share(share, call.x[i], rows.begin, all)) call.finite = false;
            if (!indices_.hold(i, all.some_rows(share))) call.indexes = false;
        }
    });
    if (!call.indexes) return;  // outputs may lie where inputs do, whose numbers are told
    const Run run{.rows = count, .first_row = rows.begin};
    if (!workspace.forward(team, stop, run)) return;
    team.divide(0, [&](Part part) noexcept {
        const Range share = plan_.memory.row_share(part, count);
        for (std::size_t i = 0; i < outputs_.size(); ++i) {
            copy_share<T>(share, workspace.value(outputs_[i].value, count),
                          call.y[i].some_rows(rows));
        }
    });
}

template class Predictor<float>;
template class Predictor<double>;

}  // namespace ganglion
