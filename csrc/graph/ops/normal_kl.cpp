#include "graph/ops/normal_kl.h"

#include "base/error.h"
#include "graph/lowering.h"

namespace ganglion {

Extent NormalKL::extent(const Graph& graph) const {
    const Extent both = same_extent(graph, name, mean, log_variance);
    if (both.rows != kBatch) fail(name, graph.value(mean).name, " has no row for each sample");
    return {both.rows, 1, 1};
}

void NormalKL::forward(Lowering& to, ValueId y) const {
    to.emit(NormalKLCall{to.matrix(mean), to.matrix(log_variance), to.value(y)});
}

/// Of the means it is the gradient of half their squares.
void NormalKL::backward(Lowering& to, ValueId y) const {
    const BufferId dy = to.in_one_piece(to.gradient(y));
    if (to.wants_gradient(mean)) {
        const Lowering::Contribution dx = to.contribute(mean);
        to.emit(L1L2BackwardCall{to.matrix(mean), dy, dx.into, 0, 0.5, dx.accumulate});
    }
    if (to.wants_gradient(log_variance)) {
        const Lowering::Contribution dx = to.contribute(log_variance);
        to.emit(NormalKLBackwardCall{to.matrix(log_variance), dy, dx.into, dx.accumulate});
    }
}

}  // namespace ganglion
