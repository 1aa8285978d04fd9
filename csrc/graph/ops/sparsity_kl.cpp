#include "graph/ops/sparsity_kl.h"

#include "base/error.h"
#include "graph/lowering.h"

namespace ganglion {

Extent SparsityKL::extent(const Graph&) const {
    if (!(target > 0 && target < 1)) fail(name, "target is ", target, ", must be between 0 and 1");
    return {1, 1, 1};
}

void SparsityKL::forward(Lowering& to, ValueId y) const {
    to.emit(SparsityCall{to.value(sums), to.value(y), positions, target});
}

void SparsityKL::backward(Lowering& to, ValueId y) const {
    if (!to.wants_gradient(sums)) return;
    const Lowering::Contribution part = to.contribute(sums);
    to.emit(SparsityBackwardCall{to.value(sums), to.gradient(y), part.into, positions, target,
                                 part.accumulate});
}

ValueId sparsity_of(Graph& graph, ValueId activations, double target) {
    const Index positions = graph.value(activations).extent.positions;
    return graph.add(SparsityKL{graph.add(SumOverBatch{activations}), positions, target});
}

}  // namespace ganglion
