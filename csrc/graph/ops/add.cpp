#include "graph/ops/add.h"

#include "graph/lowering.h"

namespace ganglion {

Extent Add::extent(const Graph& graph) const { return same_extent(graph, name, a, b); }

void Add::forward(Lowering& to, ValueId y) const {
    to.emit(AddCall{to.value(a), to.value(b), to.value(y)});
}

void Add::backward(Lowering& to, ValueId y) const {
    to.contribute_gradient_of(y, a);
    to.contribute_gradient_of(y, b);
}

}  // namespace ganglion
