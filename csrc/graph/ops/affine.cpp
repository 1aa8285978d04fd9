#include "graph/ops/affine.h"

#include "base/error.h"
#include "graph/lowering.h"

namespace ganglion {

Extent Affine::extent(const Graph& graph) const {
    const Value& from = graph.value(x);
    const Value& by = graph.value(weight);
    const Index in = transposed ? by.extent.channels : by.extent.rows;
    const Index out = transposed ? by.extent.rows : by.extent.channels;
    if (from.kind == ValueKind::parameter)
        fail(name, from.name, " is a parameter, must have a row for each sample");
    if (by.kind != ValueKind::parameter) fail(name, by.name, " is no parameter");
    if (from.extent.channels != in)
        fail(name, by.name, " takes ", in, " columns, ", from.name, " has ", from.extent.channels);
    if (bias == weight) fail(name, by.name, " cannot be the bias too");
    if (bias != kNoValue) {
        const Value& added = graph.value(bias);
        if (added.kind != ValueKind::parameter) fail(name, added.name, " is no parameter");
        const Extent& given = added.extent;
        if (given.rows != 1 || given.channels != out)
            fail(name, added.name, " is ", given.rows, "x", given.channels, ", must be 1x", out);
    }
    return {from.extent.rows, from.extent.positions, out};
}

void Affine::forward(Lowering& to, ValueId y) const {
    to.emit(GemmCall{.a = to.matrix(x),
                     .b = to.value(weight),
                     .c = to.value(y),
                     .transpose_b = transposed,
                     .bias = to.value(bias)});
}

/// dW = xᵀ·dy, or dyᵀ·x where it is transposed; db, the sums of dy's columns, on the way where dy
/// is on the right; dx = dy·Wᵀ.
void Affine::backward(Lowering& to, ValueId y) const {
    const BufferId dy = to.gradient_matrix(y);
    const bool sums = to.wants_gradient(bias);
    if (to.wants_gradient(weight)) {
        const BufferId from = to.matrix(x);
        const Lowering::Contribution dw = to.contribute(weight);
        GemmCall product{.a = transposed ? dy : from,
                         .b = transposed ? from : dy,
                         .c = dw.into,
                         .transpose_a = true,
                         .accumulate = dw.accumulate};
        if (sums && !transposed) {
            const Lowering::Contribution db = to.contribute(bias);
            product.column_sums = db.into;
            product.accumulate_sums = db.accumulate;
        }
        to.emit(product);
    }
    if (sums && (transposed || !to.wants_gradient(weight))) {
        const Lowering::Contribution db = to.contribute(bias);
        to.emit(SumRowsCall{dy, db.into, db.accumulate});
    }
    if (to.wants_gradient(x)) {
        const Lowering::Contribution dx = to.contribute(x);
        to.emit(GemmCall{.a = dy,
                         .b = to.value(weight),
                         .c = dx.into,
                         .transpose_b = !transposed,
                         .accumulate = dx.accumulate});
    }
}

}  // namespace ganglion
