#include "graph/ops/sampling.h"

#include "graph/lowering.h"

namespace ganglion {

Extent Sampling::extent(const Graph& graph) const {
    return same_extent(graph, name, mean, log_variance);
}

void Sampling::forward(Lowering& to, ValueId y) const {
    if (to.mode() != Mode::train) return to.be(y, to.value(mean));
    to.emit(SampleCall{to.matrix(mean), to.matrix(log_variance), to.value(y), stream});
}

void Sampling::backward(Lowering& to, ValueId y) const {
    if (to.wants_gradient(log_variance)) {
        const BufferId dy = to.gradient_matrix(y), given = to.matrix(log_variance);
        to.contribute_call(log_variance,
                           [&](BufferId d) { return SampleBackwardCall{dy, given, d, stream}; });
    }
    to.contribute_gradient_of(y, mean);
}

}  // namespace ganglion
