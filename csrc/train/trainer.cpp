#include "train/trainer.h"

#include <atomic>
#include <chrono>
#include <cmath>

#include "base/error.h"

namespace ganglion {
namespace {

using Clock = std::chrono::steady_clock;

/// Between two questions whether to stop: often enough for a person, seldom enough to cost nothing.
constexpr auto kPollEvery = std::chrono::milliseconds(20);

/// The weighted sum of a batch's losses.
template <class T>
double batch_loss(Matrix<const T> row_loss, const T* weight) {
    double total = 0;
    for (Index i = 0; i < row_loss.rows; ++i) {
        const double w = weight == nullptr ? 1 : static_cast<double>(weight[i]);
        if (w != 0) total += w * static_cast<double>(row_loss.data[i]);
    }
    return total;
}

template <class T>
void check_fits(const char* what, const DataView& data, Matrix<T> into, const Batches& batches) {
    if (data.cols != into.cols) fail("run", what, " has ", data.cols, " columns, must have ", into.cols);
    if (batches.order == nullptr && data.rows != batches.samples) {
        fail("run", what, " has ", data.rows, " rows, must have ", batches.samples);
    }
}

}  // namespace

template <class T>
struct Trainer<T>::Shared {
    std::atomic<bool> data_not_finite{false};
    std::atomic<bool> interrupted{false};
    Clock::time_point polled = Clock::now();
    Outcome outcome;
};

template <class T>
Trainer<T>::Trainer(const Graph& graph, const Task& task, ParameterStore<T>& store,
                    OptimizerState<T>* optimizer, Figures& figures, Index max_batch,
                    std::uint64_t seed)
    : plan_(compile(graph,
                    {.mode = optimizer == nullptr ? Mode::infer : Mode::train,
                     .outputs = {task.output, task.target, task.weight},
                     .loss = task.loss},
                    max_batch)),
      task_(task),
      store_(store),
      optimizer_(optimizer),
      workspace_(plan_, store.block()),
      figures_(figures),
      seed_(seed) {}

template <class T>
Outcome Trainer<T>::run(const Batches& batches, Range range, const double* rates,
                        Interrupt interrupt) {
    if (batches.batch_size < 1 || batches.batch_size > plan_.max_batch) {
        fail("run", "batch_size is ", batches.batch_size, ", must be from 1 to ", plan_.max_batch);
    }
    if (range.begin < 0 || range.end > batches.count()) {
        fail("run", "batches ", range.begin, " to ", range.end, " are not among ", batches.count());
    }
    check_fits("x", batches.x, workspace_.value(task_.input, 0), batches);
    check_fits("y", batches.y, workspace_.value(task_.target, 0), batches);
    if (batches.weight.data != nullptr) {
        check_fits("weight", batches.weight, workspace_.value(task_.weight, 0), batches);
    }
    const int team = worthwhile_team(plan_, std::min(batches.batch_size, batches.samples));
    workspace_.reserve_team(team);
    Shared shared{.outcome = {Ending::complete, range.end}};
    run_team(team, [&](Member member) noexcept {
        run_member(member, batches, range, rates, interrupt, shared);
    });
    if (optimizer_ != nullptr) optimizer_->count_steps(shared.outcome.batch - range.begin);
    return shared.outcome;
}

/// Every member runs this. What decides whether to go on is the same for all of them: flags that are
/// set before the barrier in `forward`, and sums that each makes for itself.
template <class T>
void Trainer<T>::run_member(const Member& member, const Batches& batches, Range range,
                            const double* rates, Interrupt interrupt, Shared& shared) {
    const std::int64_t first_step = optimizer_ == nullptr ? 0 : optimizer_->steps();
    for (Index batch = range.begin; batch < range.end; ++batch) {
        const Range positions = batches.samples_of(batch);
        const Index rows = positions.size();
        const bool weighted = batches.weight.data != nullptr;
        const double weight = batches.weight_of(batch);
        if (!fill(member, batches, positions)) shared.data_not_finite = true;
        if (member.rank == 0 && Clock::now() - shared.polled > kPollEvery) {
            shared.interrupted = interrupt.wanted(interrupt.context);
            shared.polled = Clock::now();
        }
        const std::int64_t step = first_step + batch - range.begin;
        const Run run{.rows = rows,
                      .weighted = weighted,
                      .loss_scale = weight > 0 ? 1 / weight : 0,
                      .seed = seed_,
                      .step = static_cast<std::uint64_t>(step)};
        workspace_.forward(member, run);
        member.barrier();

        const T* row_weight = weighted ? workspace_.value(task_.weight, rows).data : nullptr;
        const double loss = batch_loss<T>(workspace_.value(task_.loss, rows), row_weight);
        Ending ending = Ending::complete;
        if (shared.interrupted) ending = Ending::interrupted;
        if (!std::isfinite(loss)) ending = Ending::loss_not_finite;
        if (shared.data_not_finite) ending = Ending::data_not_finite;
        if (ending != Ending::complete) {
            if (member.rank == 0) shared.outcome = {ending, batch};
            return;
        }
        if (optimizer_ != nullptr) {
            workspace_.backward(member, run);
            member.barrier();
            optimizer_->update(member, store_.block(), step, rates[batch - range.begin]);
        }
        if (member.rank == 0) {
            figures_.add<T>(loss, weight, workspace_.value(task_.output, rows),
                            workspace_.value(task_.target, rows), row_weight);
        }
        member.barrier();
    }
}

/// Gather this member's share of a batch.
template <class T>
bool Trainer<T>::fill(const Member& member, const Batches& batches, Range positions) {
    const Range share = row_share(member, positions.size());
    const Range mine{positions.begin + share.begin, positions.begin + share.end};
    const auto gather_rows = [&](const DataView& from, ValueId into) {
        const Matrix<T> all = workspace_.value(into, positions.size());
        return batches.gather_into(from, mine,
                                   Matrix<T>{all.at(share.begin, 0), share.size(), all.cols, all.cols});
    };
    const bool finite = gather_rows(batches.x, task_.input) && gather_rows(batches.y, task_.target);
    return (batches.weight.data == nullptr || gather_rows(batches.weight, task_.weight)) && finite;
}

template class Trainer<float>;
template class Trainer<double>;

}  // namespace ganglion
