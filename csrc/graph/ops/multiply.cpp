#include "graph/ops/multiply.h"

#include "graph/lowering.h"

namespace ganglion {

Extent Multiply::extent(const Graph& graph) const { return same_extent(graph, name, a, b); }

void Multiply::forward(Lowering& to, ValueId y) const {
    to.emit(MultiplyCall{to.value(a), to.value(b), to.value(y)});
}

void Multiply::backward(Lowering& to, ValueId y) const {
    const auto contribute = [&](ValueId into, ValueId other) {
        if (!to.wants_gradient(into)) return;
        to.contribute_call(
            into, [&](BufferId d) { return MultiplyCall{to.gradient(y), to.value(other), d}; });
    };
    contribute(a, b);
    contribute(b, a);
}

}  // namespace ganglion
