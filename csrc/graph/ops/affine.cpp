#include "base/error.h"
#include "graph/ops/op.h"

namespace ganglion {
namespace {

Index cols(const Graph& graph, const Op& op) {
    const Value& x = graph.value(op.inputs[0]);
    const Value& weight = graph.value(op.inputs[1]);
    if (x.cols != weight.rows) {
        fail("affine", weight.name, " takes ", weight.rows, " columns, ", x.name, " has ", x.cols);
    }
    if (op.inputs[2] == op.inputs[1]) fail("affine", weight.name, " cannot be the bias too");
    if (op.inputs[2] != kNoValue) {
        const Value& bias = graph.value(op.inputs[2]);
        if (bias.rows != 1 || bias.cols != weight.cols) {
            fail("affine", bias.name, " is ", bias.rows, "x", bias.cols, ", must be 1x",
                 weight.cols);
        }
    }
    return weight.cols;
}

void forward(Lowering& to, const Op& op) {
    to.emit(GemmCall{.a = to.value(op.inputs[0]),
                     .b = to.value(op.inputs[1]),
                     .c = to.value(op.output),
                     .bias = to.value(op.inputs[2])});
}

/// dW = xᵀ·dy, and db, its columns' sums, on the way; dx = dy·Wᵀ.
void backward(Lowering& to, const Op& op) {
    const ValueId x = op.inputs[0];
    const ValueId weight = op.inputs[1];
    const ValueId bias = op.inputs[2];
    const BufferId dy = to.gradient(op.output);
    const Lowering::Contribution dw = to.contribute(weight);
    GemmCall product{
        .a = to.value(x), .b = dy, .c = dw.into, .transpose_a = true, .accumulate = dw.accumulate};
    if (bias != kNoValue) {
        const Lowering::Contribution db = to.contribute(bias);
        product.column_sums = db.into;
        product.accumulate_sums = db.accumulate;
    }
    to.emit(product);
    if (to.wants_gradient(x)) {
        const Lowering::Contribution dx = to.contribute(x);
        to.emit(GemmCall{.a = dy,
                         .b = to.value(weight),
                         .c = dx.into,
                         .transpose_b = true,
                         .accumulate = dx.accumulate});
    }
}

}  // namespace

const OpRule affine_rule{"affine", cols, forward, backward};

}  // namespace ganglion
