#include "graph/ops/reshape.h"

#include "base/error.h"
#include "graph/lowering.h"

namespace ganglion {

Extent Reshape::extent(const Graph& graph) const {
    const Value& from = graph.value(x);
    if (positions < 1 || channels < 1 || channels > from.extent.row_size() ||
        positions > from.extent.row_size() || positions * channels != from.extent.row_size())
        fail(name, from.name, " has ", columns_of(from.extent), ", cannot be ", positions,
             " positions of ", channels, " channels");
    return {from.extent.rows, positions, channels};
}

void Reshape::forward(Lowering& to, ValueId y) const {
    to.be(y, to.reshaped(to.dense(to.value(x)), to.graph().value(y).extent));
}

void Reshape::backward(Lowering& to, ValueId y) const {
    if (!to.wants_gradient(x)) return;
    const BufferId dy = to.dense(to.gradient(y));
    to.contribute_gradient(to.reshaped(dy, to.graph().value(x).extent), x);
}

}  // namespace ganglion
