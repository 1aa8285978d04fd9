#include "graph/ops/sparsity_kl.h"

#include "base/error.h"
#include "graph/lowering.h"

namespace ganglion {
namespace {

/// What a batch's rows count in all; kNoBuffer where all count the same.
BufferId total_weight(Lowering& to) {
    const BufferId weight = to.term_weight();
    if (weight == kNoBuffer) return kNoBuffer;
    const BufferId total = to.scratch("sum of weights", {1, 1, 1});
    to.emit(SumRowsCall{weight, total, false});
    return total;
}

}  // namespace

Extent SparsityKL::extent(const Graph&) const {
    if (!(target > 0 && target < 1)) fail(name, "target is ", target, ", must be between 0 and 1");
    return {1, 1, 1};
}

void SparsityKL::forward(Lowering& to, ValueId y) const {
    const BufferId total = total_weight(to);
    to.save(y, {total});
    to.emit(SparsityCall{to.value(sums), to.value(y), positions, target, total});
}

void SparsityKL::backward(Lowering& to, ValueId y) const {
    if (!to.wants_gradient(sums)) return;
    const Lowering::Contribution part = to.contribute(sums);
    to.emit(SparsityBackwardCall{to.value(sums), to.gradient(y), part.into, positions, target,
                                 to.saved(y)[0], part.accumulate});
}

ValueId sparsity_of(Graph& graph, ValueId activations, double target) {
    const Index positions = graph.value(activations).extent.positions;
    return graph.add(SparsityKL{graph.add(SumOverBatch{activations}), positions, target});
}

}  // namespace ganglion
