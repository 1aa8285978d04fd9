#include "graph/ops/softmax.h"

#include "graph/lowering.h"

namespace ganglion {

Extent Softmax::extent(const Graph& graph) const { return graph.value(x).extent; }

void Softmax::forward(Lowering& to, ValueId y) const {
    to.emit(SoftmaxCall{to.matrix(x), to.value(y)});
}

void Softmax::backward(Lowering& to, ValueId y) const {
    if (!to.wants_gradient(x)) return;
    const BufferId dy = to.gradient_matrix(y);
    to.contribute_call(x, [&](BufferId dx) { return SoftmaxBackwardCall{to.value(y), dy, dx}; });
}

}  // namespace ganglion
