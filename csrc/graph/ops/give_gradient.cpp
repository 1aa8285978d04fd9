#include "graph/ops/give_gradient.h"

#include "graph/lowering.h"

namespace ganglion {

Extent GiveGradient::extent(const Graph& graph) const {
    return same_extent(graph, name, x, gradient);
}

void GiveGradient::forward(Lowering& to, ValueId y) const { to.be(y, to.value(x)); }

void GiveGradient::backward(Lowering& to, ValueId) const {
    if (to.wants_gradient(x)) to.contribute_gradient(to.value(gradient), x);
}

}  // namespace ganglion
