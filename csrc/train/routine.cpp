#include "train/routine.h"

#include <algorithm>
#include <atomic>

#include "base/error.h"
#include "train/swept.h"

namespace ganglion {
namespace {

std::vector<Range> penalized_by(const Penalty* penalty) {
    return penalty == nullptr ? std::vector<Range>{} : penalty->ranges();
}

void check_fits(const std::string& what, const DataView& data, Index cols, const Batches& batches) {
    if (data.cols != cols) fail("run", what, " has ", data.cols, " columns, must have ", cols);
    if (batches.order == nullptr && data.rows != batches.samples)
        fail("run", what, " has ", data.rows, " rows, must have ", batches.samples);
}

}  // namespace

template <class T>
Plan Routine<T>::plan_of(const Graph& graph, Purpose purpose, const OptimizerState<T>* optimizer,
                         Index max_batch, const Extras& extras) const {
    Goal goal{.mode = purpose == Purpose::evaluate ? Mode::infer : Mode::train,
              .outputs = {},
              .updates = optimizer != nullptr && optimizer->is_elementwise(),
              .row_gradients =
                  optimizer != nullptr && optimizer->takes_rows() && extras.penalty == nullptr,
              .groups = extras.groups};
    heads_.add_to(goal);
    hidden_.add_to(goal);
    return compile(graph, goal, max_batch);
}

template <class T>
Routine<T>::Routine(const Graph& graph, const Task& task, Purpose purpose, ParameterStore<T>& store,
                    OptimizerState<T>* optimizer, Index max_batch, std::uint64_t seed,
                    const Extras& extras)
    : feeds_(task.feeds),
      heads_(graph, task),
      hidden_(graph, task),
      plan_(plan_of(graph, purpose, optimizer, max_batch, extras)),
      indices_(graph, plan_, feeds_, "Routine"),
      penalized_(penalized_by(extras.penalty)),
      purpose_(purpose),
      extras_(extras),
      store_(store),
      optimizer_(optimizer),
      workspace_(plan_, store.block_for(graph, "Routine")),
      reached_(graph, plan_, workspace_),
      losses_(task.heads.size() + task.hidden.size()),
      seed_(seed) {
    if (losses_.empty()) fail("Routine", "there is no head and no term, must be at least one");
    if (extras.penalty != nullptr && task.heads.empty())
        fail("Routine", "a penalty goes by what the rows of a head count, and there is none");
    if ((purpose == Purpose::train) != (optimizer != nullptr))
        fail("Routine", "an optimizer must be given for training, and only then");
    if (extras.penalty != nullptr && optimizer != nullptr && optimizer->batches_a_step() > 1)
        fail("Routine", "a penalty goes by the rows of one batch, and a step is made of ",
             optimizer->batches_a_step());
    if (optimizer != nullptr && optimizer->size() != store.size())
        fail("Routine", "the optimizer is for ", optimizer->size(), " parameters, not ",
             store.size());
    check_fed(graph, plan_, feeds_, "Routine");
    heads_.check(plan_);
    heads_.add_to(indices_);
    heads_.find_what_only_counts(plan_, hidden_.weight());
    for (const ParameterTable::Slot& slot : graph.table()->slots()) check_penalty(slot);
    if (const std::optional<Range> wrong = misplaced(penalized_, store.size()))
        fail("Routine", "penalized parameters ", wrong->begin, " to ", wrong->end,
             " are not in order or not among ", store.size());
    if (optimizer != nullptr) steps_.emplace(*optimizer, store, reached_, penalized_);
}

/// A weight may be updated where its gradient is made, all of it at once.
template <class T>
void Routine<T>::check_penalty(const ParameterTable::Slot& slot) const {
    const Range all = slot.numbers();
    for (const Range& range : penalized_) {
        const bool apart = range.end <= all.begin || all.end <= range.begin;
        const bool whole = range.begin <= all.begin && all.end <= range.end;
        if (!apart && !whole)
            fail("Routine", "penalized parameters ", range.begin, " to ", range.end,
                 " are part of ", slot.name, ", which must be all there or not at all");
    }
}

template <class T>
void Routine<T>::check(const Batches& batches) const {
    if (optimizer_ != nullptr) optimizer_->check_summed("fit", reached_.whole);
    if (batches.batch_size < 1 || batches.batch_size > plan_.max_batch)
        fail("run", "batch_size is ", batches.batch_size, ", must be from 1 to ", plan_.max_batch);
    if (batches.feeds.size() != feeds_.size())
        fail("run", "there are ", batches.feeds.size(), " feeds, must be ", feeds_.size());
    for (std::size_t i = 0; i < feeds_.size(); ++i) {
        if (!plan_.uses(feeds_[i])) continue;
        const Buffer& fed = plan_.buffer(plan_.value(feeds_[i]));
        if (batches.feeds[i].data != nullptr) {
            check_fits(fed.name, batches.feeds[i], fed.extent.row_size(), batches);
        } else if (!heads_.only_count(static_cast<int>(i))) {
            fail("run", fed.name, " is not given, which only weights may be");
        }
    }
    if (batches.metric_weights.size() > heads_.count())
        fail("run", "there are ", batches.metric_weights.size(),
             " metric weights, must be at most ", heads_.count());
    for (std::size_t i = 0; i < batches.metric_weights.size(); ++i) {
        const DataView& weights = batches.metric_weights[i];
        if (weights.data != nullptr)
            check_fits("metric_weights[" + std::to_string(i) + "]", weights, heads_.positions(i),
                       batches);
    }
}

template <class T>
void Routine<T>::make_room(const Batches& batches, Index rows) {
    heads_.make_room(plan_, batches, rows);
    if (optimizer_ != nullptr) optimizer_->make_room(reached_.whole, most_in_rows(plan_));
}

template <class T>
Ending Routine<T>::run(const Team& team, Stop& stop, const Batches& batches, Index batch,
                       Index number, double rate) {
    const Ending data = prepare(team, batches, batch);
    if (data != Ending::complete) return data;
    const Run run = begin_run(batches, batches.samples_of(batch).size(), number);
    if (!workspace_.forward(team, stop, run)) return Ending::interrupted;
    if (!add_up_losses(run.rows)) return Ending::loss_not_finite;
    Ending ending = Ending::complete;
    if (purpose_ == Purpose::gradients && !workspace_.backward(team, stop, run))
        return Ending::interrupted;
    if (purpose_ == Purpose::train) ending = train_on(team, stop, run, rate);
    if (ending == Ending::interrupted) return ending;
    if (extras_.penalty != nullptr) extras_.penalty->add(run.rows, heads_.weight());
    heads_.add_to_figures(workspace_, batches, batches.samples_of(batch));
    hidden_.add_to_figures();
    return ending;
}

template <class T>
bool Routine<T>::add_up_losses(Index rows) {
    const bool finite = heads_.add_up_losses(workspace_, rows);
    return hidden_.add_up(workspace_, rows) && finite;
}

/// The step's number, and how the rows of a batch that has been gathered count.
template <class T>
Run Routine<T>::begin_run(const Batches& batches, Index rows, Index number) {
    heads_.begin(workspace_, batches, rows, extras_.loss_factor, losses_.data());
    hidden_.begin(workspace_, rows, extras_.loss_factor, losses_.data() + heads_.count());
    const std::int64_t step = optimizer_ == nullptr ? number : optimizer_->batches();
    last_run_ = {.rows = rows,
                 .losses = losses_.data(),
                 .seed = seed_,
                 .step = static_cast<std::uint64_t>(step)};
    return last_run_;
}

/// Backward, and the update that a step's last batch makes. No parameter has changed when it was
/// interrupted.
template <class T>
Ending Routine<T>::train_on(const Team& team, Stop& stop, const Run& run, double rate) {
    steps_->begin(rate, extras_.penalty == nullptr ? 0 : extras_.penalty->decay(heads_.weight()));
    std::atomic<bool> finite{true};
    if (plan_.updates) stop.hold();
    if (!workspace_.backward_updating(team, stop, run, steps_->along(finite)))
        return Ending::interrupted;
    stop.release();
    if (!steps_->finish(team)) finite = false;
    workspace_.remember(run);
    return finite ? Ending::complete : Ending::loss_not_finite;
}

template <class T>
std::string Routine<T>::first_bad_tensor() {
    const Busy::Scope scope(busy_, "first_bad_tensor");
    heads_.set_weights_that_were_not_fed(workspace_, last_run_.rows);
    return workspace_.first_not_finite(last_run_);
}

/// The places in the order whose samples a part gathers.
template <class T>
Range Routine<T>::share_of(const Part& part, Range places) const {
    const Range share = plan_.memory.row_share(part, places.size());
    return {places.begin + share.begin, places.begin + share.end};
}

/// Gather a batch, and what else is to be done before its forward pass.
template <class T>
Ending Routine<T>::prepare(const Team& team, const Batches& batches, Index batch) {
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

/// Gather a part of a batch. What indexes memory is checked here, in the copy: what it was
/// copied from may have changed since anyone else looked.
template <class T>
Ending Routine<T>::fill(const Part& part, const Batches& batches, Range places) {
    const Range mine = share_of(part, places);
    const Range in_batch{mine.begin - places.begin, mine.end - places.begin};
    bool finite = true;
    bool indices = true;
    for (std::size_t i = 0; i < feeds_.size(); ++i) {
        if (!plan_.uses(feeds_[i]) || batches.feeds[i].data == nullptr) continue;
        const Matrix<T> rows = workspace_.value(feeds_[i], places.size()).some_rows(in_batch);
        finite &= batches.gather_into(batches.feeds[i], mine, rows);
        indices &= indices_.hold(i, rows);
    }
    if (!finite) return Ending::data_not_finite;
    return indices ? Ending::complete : Ending::no_index;
}

template class Routine<float>;
template class Routine<double>;

}  // namespace ganglion
