#include "graph/ops/dropout.h"

#include "base/error.h"
#include "graph/lowering.h"

namespace ganglion {
namespace {

bool drops(const Lowering& to, double rate) { return to.mode() == Mode::train && rate > 0; }

}  // namespace

Extent Dropout::extent(const Graph& graph) const {
    if (!(rate >= 0 && rate < 1)) fail(name, "rate is ", rate, ", must be in [0, 1)");
    return graph.value(x).extent;
}

void Dropout::forward(Lowering& to, ValueId y) const {
    if (!drops(to, rate)) return to.be(y, to.value(x));
    to.emit(DropoutCall{to.matrix(x), to.value(y), rate, stream});
}

/// The same mask, on the gradient.
void Dropout::backward(Lowering& to, ValueId y) const {
    if (!drops(to, rate)) return to.contribute_gradient_of(y, x);
    if (!to.wants_gradient(x)) return;
    const BufferId dy = to.gradient_matrix(y);
    to.contribute_call(x, [&](BufferId dx) { return DropoutCall{dy, dx, rate, stream}; });
}

}  // namespace ganglion
