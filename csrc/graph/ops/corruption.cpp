#include "graph/ops/corruption.h"

#include "base/error.h"
#include "graph/lowering.h"

namespace ganglion {
namespace {

bool corrupts(const Lowering& to, double rate) { return to.mode() == Mode::train && rate > 0; }

}  // namespace

Extent Corruption::extent(const Graph& graph) const {
    if (!(rate >= 0 && rate < 1)) fail(name, "rate is ", rate, ", must be in [0, 1)");
    return graph.value(x).extent;
}

void Corruption::forward(Lowering& to, ValueId y) const {
    if (!corrupts(to, rate)) return to.be(y, to.value(x));
    to.emit(CorruptCall{to.matrix(x), to.value(y), rate, stream, scale, low, high});
}

/// The gradient of what is kept goes on, that of what is replaced does not.
void Corruption::backward(Lowering& to, ValueId y) const {
    if (!corrupts(to, rate)) return to.contribute_gradient_of(y, x);
    if (!to.wants_gradient(x)) return;
    const BufferId dy = to.gradient_matrix(y);
    to.contribute_call(x, [&](BufferId dx) { return CorruptCall{dy, dx, rate, stream, scale}; });
}

}  // namespace ganglion
