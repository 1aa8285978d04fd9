#include "graph/ops/stop_gradient.h"

#include "graph/lowering.h"

namespace ganglion {

Extent StopGradient::extent(const Graph& graph) const { return graph.value(x).extent; }

void StopGradient::forward(Lowering& to, ValueId y) const { to.be(y, to.value(x)); }

void StopGradient::backward(Lowering&, ValueId) const {}

}  // namespace ganglion
