#include "train/trainer.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>

#include "base/error.h"
#include "base/thread_limit.h"
#include "train/swept.h"

namespace ganglion {
namespace {

/// From so much work for each thread two are tried beside one.
constexpr double kTriedOperationsPerThread = 0.1e6;

/// From one choice to the next: some 5 ms, and 50 where threads lose their cores to others, for
/// turns of some milliseconds each. The last batches count with those before them, for a rest of
/// few rows would look quick.
constexpr double kStretchOperations = 5e8;
constexpr double kDisturbedStretchOperations = 5e9;

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

/// The task with what the figures look at as its output: without metrics nobody needs the softmax
/// that comes after what the loss reads.
Task watched(const Graph& graph, Task task, const Figures& figures) {
    const RowLoss& loss = loss_that_makes(graph, task.loss);
    if (!figures.has_metrics()) task.output = loss.output;
    return task;
}

std::vector<Range> penalized_by(const Penalty* penalty) {
    return penalty == nullptr ? std::vector<Range>{} : penalty->ranges();
}

/// The positions whose samples a part gathers.
Range share_of(const Part& part, Range positions) {
    const Range share = row_share(part, positions.size());
    return {positions.begin + share.begin, positions.begin + share.end};
}

template <class T>
void check_fits(const char* what, const DataView& data, Matrix<T> into, const Batches& batches) {
    if (data.cols != into.cols)
        fail("run", what, " has ", data.cols, " columns, must have ", into.cols);
    if (batches.order == nullptr && data.rows != batches.samples) {
        fail("run", what, " has ", data.rows, " rows, must have ", batches.samples);
    }
}

}  // namespace

template <class T>
Trainer<T>::Trainer(const Graph& graph, const Task& task, Purpose purpose, ParameterStore<T>& store,
                    OptimizerState<T>* optimizer, Figures& figures, Index max_batch,
                    std::uint64_t seed, const Extras& extras)
    : task_(watched(graph, task, figures)),
      classes_(numbered_classes(graph, loss_that_makes(graph, task.loss))),
      plan_(compile(graph,
                    {.mode = purpose == Purpose::evaluate ? Mode::infer : Mode::train,
                     .outputs = {task_.output, task_.target, task_.weight},
                     .losses = {{task_.loss}},
                     .updates = optimizer != nullptr && optimizer->is_elementwise()},
                    max_batch)),
      penalized_(without(updated_by(plan_), penalized_by(extras.penalty))),
      swept_(
          without(penalized_by(extras.penalty), without(updated_by(plan_), {{0, store.size()}}))),
      sweep_operations_(OptimizerState<T>::sweep_operations(swept_) +
                        OptimizerState<T>::sweep_operations(penalized_)),
      purpose_(purpose),
      extras_(extras),
      store_(store),
      optimizer_(optimizer),
      workspace_(plan_, store.block()),
      figures_(figures),
      metric_weight_(static_cast<std::size_t>(max_batch)),
      team_choice_(plan_.operations(max_batch)),
      seed_(seed) {
    if ((purpose == Purpose::train) != (optimizer != nullptr))
        fail("Trainer", "an optimizer must be given for training, and only then");
    if (optimizer != nullptr && optimizer->size() != store.size())
        fail("Trainer", "the optimizer is for ", optimizer->size(), " parameters, not ",
             store.size());
    figures.check_columns(workspace_.value(task_.output, 0).cols,
                          workspace_.value(task_.target, 0).cols);
    Index end = 0;
    for (const Range& range : penalized_by(extras.penalty)) {
        if (range.begin < end || range.end < range.begin || range.end > store.size())
            fail("Trainer", "penalized parameters ", range.begin, " to ", range.end,
                 " are not in order or not among ", store.size());
        end = range.end;
    }
}

template <class T>
Outcome Trainer<T>::run(const Batches& batches, Range range, const double* rates,
                        Interrupt interrupt) {
    const char* const call = purpose_ == Purpose::evaluate ? "evaluate" : "fit";
    const Busy::Scope scope(busy_, call);
    Access& access = store_.access();
    const Access::Hold hold = purpose_ == Purpose::evaluate ? access.read(call) : access.run(call);
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
    if (batches.metric_weight.data != nullptr) {
        check_fits("metric_weight", batches.metric_weight, workspace_.value(task_.weight, 0),
                   batches);
    }
    if (range.begin < range.end) {
        const Index rows =
            batches.samples_of(range.end - 1).end - batches.samples_of(range.begin).begin;
        figures_.make_room(rows, workspace_.value(task_.output, 0).cols, batches.y.cols);
    }
    const double work = plan_.operations(std::min(batches.batch_size, batches.samples));
    const int pair = std::min(2, worthwhile_team(work, kTriedOperationsPerThread));
    const int team = std::max(pair, worthwhile_team(work));
    workspace_.reserve_team(team);
    Stop stop(interrupt);
    return team > 1 && !full_teams() ? run_by_trial(team, work, batches, range, rates, stop)
                                     : run_team_of(team, batches, range, rates, stop);
}

/// In stretches, each on one thread or on the team. Waking others counts where a run begins with
/// it; later they are awake before the clock starts, as they stay once a team is chosen.
template <class T>
Outcome Trainer<T>::run_by_trial(int size, double work, const Batches& batches, Range range,
                                 const double* rates, Stop& stop) {
    Outcome outcome{Ending::complete, range.begin};
    while (outcome.ending == Ending::complete && outcome.batch < range.end) {
        const Index begin = outcome.batch;
        const double worth = disturbed_ ? kDisturbedStretchOperations : kStretchOperations;
        const Index stretch = std::max<Index>(1, static_cast<Index>(worth / work));
        const bool last = range.end - begin < 2 * stretch;
        const Range part{begin, last ? range.end : begin + stretch};
        const Index rows = batches.samples_of(part.end - 1).end - batches.samples_of(begin).begin;
        const int chosen = team_choice_.next(size, disturbed_);
        if (begin > range.begin) {
            run_team(chosen, [](const Team& team) noexcept { team.each([](Part) noexcept {}); });
        }
        const auto start = std::chrono::steady_clock::now();
        outcome = run_team_of(chosen, batches, part, rates + (begin - range.begin), stop);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        if (outcome.ending == Ending::complete && came_)
            team_choice_.took(taken.count() / static_cast<double>(rows));
    }
    return outcome;
}

template <class T>
Outcome Trainer<T>::run_team_of(int size, const Batches& batches, Range range, const double* rates,
                                Stop& stop) {
    Outcome outcome{};
    run_team(size, [&](const Team& team) noexcept {
        outcome = run_batches(team, batches, range, rates, stop);
        came_ = team.size() == size;
        if (team.size() > 1) disturbed_ = team.is_disturbed();
    });
    if (optimizer_ != nullptr)
        optimizer_->set_steps(optimizer_->steps() + outcome.batch - range.begin);
    return outcome;
}

template <class T>
Outcome Trainer<T>::run_batches(const Team& team, const Batches& batches, Range range,
                                const double* rates, Stop& stop) {
    const std::int64_t first_step = optimizer_ == nullptr ? 0 : optimizer_->steps();
    for (Index batch = range.begin; batch < range.end; ++batch) {
        const Index done = batch - range.begin;
        const Ending ending = run_batch(team, stop, batches, batch, first_step + done, rates[done]);
        if (ending != Ending::complete) return {ending, batch};
    }
    return {Ending::complete, range.end};
}

template <class T>
Ending Trainer<T>::run_batch(const Team& team, Stop& stop, const Batches& batches, Index batch,
                             std::int64_t step, double rate) {
    const Range positions = batches.samples_of(batch);
    const Index rows = positions.size();
    const bool weighted = batches.weight.data != nullptr;
    const double weight = batches.weight_of<T>(batch);
    const Run run{.rows = rows,
                  .weighted = weighted,
                  .loss_scale = weight > 0 ? extras_.loss_factor / weight : 0,
                  .seed = seed_,
                  .step = static_cast<std::uint64_t>(step)};
    last_run_ = run;
    const Ending data = prepare(team, batches, batch);
    if (data != Ending::complete) return data;
    if (!workspace_.forward(team, stop, run)) return Ending::interrupted;

    const T* row_weight = weighted ? workspace_.value(task_.weight, rows).data : nullptr;
    const double loss = batch_loss<T>(workspace_.value(task_.loss, rows), row_weight);
    if (!std::isfinite(loss)) return Ending::loss_not_finite;
    Ending ending = Ending::complete;
    if (purpose_ == Purpose::gradients && !workspace_.backward(team, stop, run))
        return Ending::interrupted;
    if (purpose_ == Purpose::train) ending = train_on(team, stop, run, weight, rate);
    if (ending == Ending::interrupted) return ending;
    if (extras_.penalty != nullptr) extras_.penalty->add(rows, weight);
    figures_.add<T>(loss, weight, workspace_.value(task_.output, rows),
                    workspace_.value(task_.target, rows), metric_weight_of(batches, positions));
    return ending;
}

/// Backward and update. No parameter has changed when it was interrupted.
template <class T>
Ending Trainer<T>::train_on(const Team& team, Stop& stop, const Run& run, double weight,
                            double rate) {
    Update<T> update = optimizer_->step(store_.values(), static_cast<std::int64_t>(run.step), rate);
    Update<T> decaying = update;
    if (extras_.penalty != nullptr)
        decaying.args.weight_decay += static_cast<T>(extras_.penalty->decay(weight));
    std::atomic<bool> finite{true};
    if (plan_.updates) stop.hold();
    if (!workspace_.backward_updating(team, stop, run, {&decaying, &finite}))
        return Ending::interrupted;
    stop.release();
    const T scale = optimizer_->clipping_scale(team, store_.gradients());
    update.args.gradient_scale = decaying.args.gradient_scale = scale;
    team.divide(sweep_operations_, [&](Part part) noexcept {
        bool all = optimizer_->sweep(part, update, store_.gradients(), swept_);
        all &= optimizer_->sweep(part, decaying, store_.gradients(), penalized_);
        if (!all) finite = false;
    });
    return finite ? Ending::complete : Ending::loss_not_finite;
}

/// Gather a batch, and what else is to be done before its forward pass.
template <class T>
Ending Trainer<T>::prepare(const Team& team, const Batches& batches, Index batch) {
    std::atomic<Ending> worst{Ending::complete};
    team.divide(0, [&](Part part) noexcept {
        const Ending filled = fill(part, batches, batches.samples_of(batch));
        if (filled != Ending::complete) worst = filled;
        if (batch + 1 < batches.count())
            batches.ask_for_samples(share_of(part, batches.samples_of(batch + 1)));
        if (extras_.penalty != nullptr) extras_.penalty->measure(part, store_.values());
    });
    return worst;
}

/// What the rows of a batch count in weighted metrics; null: all the same.
template <class T>
const T* Trainer<T>::metric_weight_of(const Batches& batches, Range positions) {
    if (batches.metric_weight.data == nullptr || !figures_.needs_weights()) return nullptr;
    batches.gather_into(batches.metric_weight, positions,
                        Matrix<T>{metric_weight_.data(), positions.size(), 1, 1});
    return metric_weight_.data();
}

/// Gather a part of a batch. What indexes memory is checked here, in the copy: what it was
/// copied from may have changed since anyone else looked.
template <class T>
Ending Trainer<T>::fill(const Part& part, const Batches& batches, Range positions) {
    const Range mine = share_of(part, positions);
    const auto share = [&](ValueId value) {
        const Matrix<T> all = workspace_.value(value, positions.size());
        T* const first = all.at(mine.begin - positions.begin, 0);
        return Matrix<T>{first, mine.size(), all.cols, all.cols};
    };
    bool finite = batches.gather_into(batches.x, mine, share(task_.input));
    finite &= batches.gather_into(batches.y, mine, share(task_.target));
    if (batches.weight.data != nullptr)
        finite &= batches.gather_into(batches.weight, mine, share(task_.weight));
    const bool classes = classes_ == 0 || hold_indices_below(classes_, share(task_.target));
    if (!finite) return Ending::data_not_finite;
    return classes ? Ending::complete : Ending::no_class_number;
}

template class Trainer<float>;
template class Trainer<double>;

}  // namespace ganglion
