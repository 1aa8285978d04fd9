#include <algorithm>

#include "plan/traffic.h"
#include "train/predictor.h"
#include "train/routine.h"

// What routine.cpp and predictor.cpp have a team do, with nothing computed. The squares that a
// penalty sums up on the way are left out: the products read the same parameters. So are gradients
// that are added up where several batches make a step, each of which counts as one that makes it,
// and norms of weights.

namespace ganglion {
namespace {

constexpr Part kLeader{};

}  // namespace

template <class T>
TeamCosts Routine<T>::team_costs(Index rows, int members) const {
    Traffic<T> traffic(plan_, rows, members);
    const auto sweep = [&](const std::vector<Range>& ranges, const Part& part) {
        for (const Range& range : ranges) {
            const Range share = OptimizerState<T>::sweep_share(part, range);
            traffic.read(traffic.gradients(share), part);
            traffic.read(traffic.parameters(share), part);
            traffic.write(traffic.parameters(share), part);
            traffic.update(share.size());
        }
    };
    const auto read_rows = [&](const Part& part) {
        for (const RowGradient& one : plan_.row_gradients)
            traffic.read(traffic.rows_of(one.gradient, part), part);
    };
    return traffic.each_time([&] {
        traffic.give_out([&](const Part& part) {
            for (std::size_t i = 0; i < feeds_.size(); ++i) {
                if (plan_.uses(feeds_[i]) && !heads_.only_count(static_cast<int>(i)))
                    traffic.write(traffic.rows_of(plan_.value(feeds_[i]), part), part);
            }
        });
        if (hidden_.weight() != kNoValue)
            traffic.read(traffic.whole(plan_.value(hidden_.weight())), kLeader);
        traffic.run(plan_.forward);
        heads_.for_each([&](const Head& head, ValueId) {
            traffic.read(traffic.whole(plan_.value(head.loss)), kLeader);
        });
        hidden_.for_each([&](const HiddenTerm& term) {
            traffic.read(traffic.whole(plan_.value(term.loss)), kLeader);
        });
        if (purpose_ != Purpose::evaluate) traffic.run(plan_.backward);
        if (purpose_ == Purpose::train) {
            if (!optimizer_->is_elementwise()) {
                traffic.give_out([&](const Part& part) {
                    for (const Range& range : reached_.whole) {
                        const Range share = OptimizerState<T>::sweep_share(part, range);
                        traffic.read(traffic.gradients(share), part);
                    }
                    read_rows(part);
                });
            }
            traffic.give_out([&](const Part& part) {
                steps_->for_each_swept(
                    [&](const std::vector<Range>& swept) { sweep(swept, part); });
                read_rows(part);
            });
        }
        heads_.for_each([&](const Head& head, ValueId target) {
            if (!head.figures->has_metrics()) return;
            traffic.read(traffic.whole(plan_.value(head.output)), kLeader);
            traffic.read(traffic.whole(plan_.value(target)), kLeader);
        });
    });
}

template <class T>
TeamCosts Predictor<T>::team_costs(Index rows, int members) const {
    Traffic<T> traffic(plan_, rows, members);
    if (members > 1 && is_quicker_apart(members, rows)) return costs_apart(rows, members);
    const auto rows_of = [&](ValueId value, const Part& part) {
        return traffic.rows_of(plan_.value(value), part);
    };
    return traffic.each_time([&] {
        traffic.give_out([&](const Part& part) {
            for (const Port& input : inputs_) {
                if (plan_.uses(input.value)) traffic.write(rows_of(input.value, part), part);
            }
        });
        traffic.run(plan_.forward);
        traffic.give_out([&](const Part& part) {
            for (const Port& output : outputs_) traffic.read(rows_of(output.value, part), part);
        });
    });
}

/// Weights that nobody writes are all that members share.
template <class T>
TeamCosts Predictor<T>::costs_apart(Index rows, int members) const {
    TeamCosts costs;
    const Index at_once = members * rows_at_once(members, rows);
    for (Index first = 0; first < rows; first += at_once) {
        const Index given = stretch(first, at_once, rows).size();
        Index most = 0;
        for (int rank = 0; rank < members; ++rank)
            most = std::max(most, plan_.memory.row_share(Part{rank, members, rank}, given).size());
        ++costs.jobs;
        costs.operations += plan_.row_operations * static_cast<double>(most);
    }
    return costs;
}

template TeamCosts Routine<float>::team_costs(Index, int) const;
template TeamCosts Routine<double>::team_costs(Index, int) const;
template TeamCosts Predictor<float>::team_costs(Index, int) const;
template TeamCosts Predictor<double>::team_costs(Index, int) const;

}  // namespace ganglion
