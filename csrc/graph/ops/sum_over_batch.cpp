#include "graph/ops/sum_over_batch.h"

#include "graph/lowering.h"

namespace ganglion {

Extent SumOverBatch::extent(const Graph& graph) const {
    return {1, 1, graph.value(x).extent.channels};
}

void SumOverBatch::forward(Lowering& to, ValueId y) const {
    to.emit(SumRowsCall{to.matrix(x), to.value(y), false, to.term_weight()});
}

void SumOverBatch::backward(Lowering& to, ValueId y) const {
    if (!to.wants_gradient(x)) return;
    const Lowering::Contribution dx = to.contribute(x);
    to.emit(AddRowCall{to.gradient(y), dx.into, dx.accumulate, to.term_weight()});
}

}  // namespace ganglion
