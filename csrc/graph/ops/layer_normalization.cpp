#include "graph/ops/layer_normalization.h"

#include "base/error.h"
#include "graph/lowering.h"
#include "graph/ops/normalization.h"

namespace ganglion {

Extent LayerNormalization::extent(const Graph& graph) const {
    const Value& from = graph.value(x);
    if (from.kind == ValueKind::parameter)
        fail(name, from.name, " is a parameter, must have a row for each sample");
    for (const ValueId id : {weight, bias}) check_channel_parameter(graph, name, id, x);
    check_epsilon(name, epsilon);
    return from.extent;
}

void LayerNormalization::forward(Lowering& to, ValueId y) const {
    BufferId moments = kNoBuffer;
    if (to.mode() == Mode::train) {
        const Value& made = to.graph().value(y);
        moments = to.scratch("moments of " + made.name,
                             {made.extent.rows, made.extent.positions, kMoments});
        to.save(y, {moments});
    }
    to.emit(NormalizePositionsCall{to.matrix(x), to.value(weight), to.value(bias), epsilon,
                                   to.value(y), moments});
}

/// dx = (g - mean(g) - xhat * mean(g * xhat)) / deviation, where g = dy * weight; weight's gradient
/// is the sum of dy * xhat, bias's that of dy.
void LayerNormalization::backward(Lowering& to, ValueId y) const {
    const BufferId from = to.matrix(x);
    const BufferId dy = to.gradient_matrix(y);
    const BufferId moments = to.saved(y)[0];
    if (to.wants_gradient(weight) || to.wants_gradient(bias)) {
        const Value& made = to.graph().value(y);
        const BufferId sums =
            to.scratch("gradient sums of " + made.name, {1, kGradientSums, made.extent.channels});
        to.emit(PositionGradientSumsCall{{from, sums}, dy, moments});
        contribute_gradient_sums(to, sums, weight, bias);
    }
    if (!to.wants_gradient(x)) return;
    to.contribute_call(x, [&](BufferId dx) {
        return NormalizePositionsBackwardCall{from, dy, moments, to.value(weight), dx};
    });
}

}  // namespace ganglion
