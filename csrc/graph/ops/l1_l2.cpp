#include "graph/ops/l1_l2.h"

#include <cmath>

#include "base/error.h"
#include "graph/lowering.h"

namespace ganglion {

Extent L1L2::extent(const Graph& graph) const {
    if (!(l1 >= 0 && l2 >= 0 && std::isfinite(l1) && std::isfinite(l2)))
        fail(name, "l1 is ", l1, " and l2 ", l2, ", must be finite and not negative");
    return {graph.value(x).extent.rows, 1, 1};
}

void L1L2::forward(Lowering& to, ValueId y) const {
    to.emit(L1L2Call{to.matrix(x), to.value(y), l1, l2});
}

void L1L2::backward(Lowering& to, ValueId y) const {
    if (!to.wants_gradient(x)) return;
    const BufferId dy = to.in_one_piece(to.gradient(y));
    const Lowering::Contribution dx = to.contribute(x);
    to.emit(L1L2BackwardCall{to.matrix(x), dy, dx.into, l1, l2, dx.accumulate});
}

}  // namespace ganglion
