#include "base/error.h"
#include "graph/ops/op.h"

namespace ganglion {
namespace {

Index cols(const Graph& graph, const Op& op) {
    if (!(op.parameter >= 0 && op.parameter < 1)) {
        fail("dropout", "rate is ", op.parameter, ", must be in [0, 1)");
    }
    return graph.value(op.inputs[0]).cols;
}

bool drops(const Lowering& to, const Op& op) {
    return to.mode() == Mode::train && op.parameter > 0;
}

void forward(Lowering& to, const Op& op) {
    if (!drops(to, op)) return to.alias(op.output, op.inputs[0]);
    to.emit(DropoutCall{to.value(op.inputs[0]), to.value(op.output), op.parameter, op.stream});
}

/// The same mask, on the gradient.
void backward(Lowering& to, const Op& op) {
    if (!drops(to, op)) return to.contribute_gradient_of(op.output, op.inputs[0]);
    if (!to.wants_gradient(op.inputs[0])) return;
    to.contribute_call(op.inputs[0], [&](BufferId dx) {
        return DropoutCall{to.gradient(op.output), dx, op.parameter, op.stream};
    });
}

}  // namespace

const OpRule dropout_rule{"dropout", cols, forward, backward};

}  // namespace ganglion
