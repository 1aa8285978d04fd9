#include "graph/ops/batch_normalization.h"

#include "base/error.h"
#include "graph/lowering.h"
#include "graph/ops/normalization.h"

namespace ganglion {
namespace {

bool learns(const BatchNormalization& op, const Lowering& to) {
    return to.mode() == Mode::train && to.trains_group_of(op.mean);
}

/// The moments of the batch that `forward` has saved, or the states.
Statistics statistics_of(const BatchNormalization& op, Lowering& to, ValueId y) {
    if (!learns(op, to)) return {to.value(op.mean), kNoBuffer, to.value(op.variance), op.epsilon};
    const BufferId moments = to.saved(y)[0];
    const auto row = [&](Index number) {
        return to.view(moments, {number, number + 1},
                       {0, to.graph().value(op.mean).extent.channels});
    };
    return {row(0), row(1), row(2), op.epsilon};
}

void check_state(const Graph& graph, ValueId state) {
    const Value& value = graph.value(state);
    if (graph.table()->slot(value.slot).kind != ParameterKind::state)
        fail(BatchNormalization::name, value.name, " is a weight, must be a state");
}

}  // namespace

Extent BatchNormalization::extent(const Graph& graph) const {
    const Value& from = graph.value(x);
    if (from.kind == ValueKind::parameter)
        fail(name, from.name, " is a parameter, must have a row for each sample");
    for (const ValueId id : {weight, bias, mean, variance})
        check_channel_parameter(graph, name, id, x);
    for (const ValueId id : {mean, variance}) check_state(graph, id);
    if (mean == variance) fail(name, graph.value(mean).name, " cannot be the variance too");
    if (!(momentum >= 0 && momentum <= 1))
        fail(name, "momentum is ", momentum, ", must be in [0, 1]");
    check_epsilon(name, epsilon);
    return from.extent;
}

void BatchNormalization::forward(Lowering& to, ValueId y) const {
    const BufferId from = to.matrix(x);
    if (learns(*this, to)) {
        const Value& made = to.graph().value(y);
        const Extent extent{1, kMoments, made.extent.channels};
        const BufferId moments = to.scratch("moments of " + made.name, extent);
        to.emit(MomentsCall{{from, moments}});
        to.save(y, {moments});
    }
    to.emit(NormalizeChannelsCall{from, statistics_of(*this, to, y), to.value(weight),
                                  to.value(bias), to.value(y)});
}

/// dx = weight / deviation * (dy - mean(dy) - xhat * mean(dy * xhat)), or, where the batch has no
/// part in the statistics, weight / deviation * dy; weight's gradient is the sum of dy * xhat,
/// bias's that of dy.
void BatchNormalization::backward(Lowering& to, ValueId y) const {
    const BufferId from = to.matrix(x);
    const BufferId dy = to.gradient_matrix(y);
    const Statistics by = statistics_of(*this, to, y);
    const bool through_statistics = learns(*this, to) && to.wants_gradient(x);
    BufferId sums = kNoBuffer;
    if (through_statistics || to.wants_gradient(weight) || to.wants_gradient(bias)) {
        const Value& made = to.graph().value(y);
        sums =
            to.scratch("gradient sums of " + made.name, {1, kGradientSums, made.extent.channels});
        to.emit(ChannelGradientSumsCall{{from, sums}, dy, by});
        contribute_gradient_sums(to, sums, weight, bias);
    }
    if (!to.wants_gradient(x)) return;
    to.contribute_call(x, [&](BufferId dx) -> Call {
        if (through_statistics)
            return NormalizeChannelsBackwardCall{from, dy, by, to.value(weight), sums, dx};
        const Statistics scale{kNoBuffer, kNoBuffer, by.variance, epsilon};
        return NormalizeChannelsCall{dy, scale, to.value(weight), kNoBuffer, dx};
    });
}

void BatchNormalization::remember(Lowering& to, ValueId y) const {
    if (!learns(*this, to)) return;
    to.emit(RunningMomentsCall{to.saved(y)[0], to.value(mean), to.value(variance), momentum});
}

}  // namespace ganglion
