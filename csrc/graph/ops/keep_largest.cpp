#include "graph/ops/keep_largest.h"

#include "base/error.h"
#include "graph/lowering.h"

namespace ganglion {

Extent KeepLargest::extent(const Graph& graph) const {
    const Extent all = graph.value(x).extent;
    if (count < 1 || count > all.channels)
        fail(name, "count is ", count, ", must be from 1 to the ", all.channels, " channels of ",
             graph.value(x).name);
    return all;
}

void KeepLargest::forward(Lowering& to, ValueId y) const {
    const BufferId from = to.matrix(x);
    to.emit(KeepLargestCall{from, from, to.value(y), count});
}

void KeepLargest::backward(Lowering& to, ValueId y) const {
    if (!to.wants_gradient(x)) return;
    const BufferId dy = to.gradient_matrix(y);
    to.contribute_call(x,
                       [&](BufferId dx) { return KeepLargestCall{to.matrix(x), dy, dx, count}; });
}

}  // namespace ganglion
