#include "graph/ops/op.h"

namespace ganglion {
namespace {

Index cols(const Graph& graph, const Op& op) { return graph.value(op.inputs[0]).cols; }

void forward(Lowering& to, const Op& op) {
    to.emit(SoftmaxCall{to.value(op.inputs[0]), to.value(op.output)});
}

void backward(Lowering& to, const Op& op) {
    if (!to.wants_gradient(op.inputs[0])) return;
    to.contribute_call(op.inputs[0], [&](BufferId dz) {
        return SoftmaxBackwardCall{to.value(op.output), to.gradient(op.output), dz};
    });
}

}  // namespace

const OpRule softmax_rule{"softmax", cols, forward, backward};

}  // namespace ganglion
