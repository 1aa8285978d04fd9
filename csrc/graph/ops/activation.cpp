#include "base/error.h"
#include "graph/ops/op.h"

namespace ganglion {
namespace {

Index cols(const Graph& graph, const Op& op) {
    if (op.activation == Activation::leaky_relu && !(op.parameter >= 0)) {
        fail("leaky_relu", "slope is ", op.parameter, ", must not be negative");
    }
    if (op.activation == Activation::elu && !(op.parameter > 0)) {
        fail("elu", "alpha is ", op.parameter, ", must be positive");
    }
    return graph.value(op.inputs[0]).cols;
}

void forward(Lowering& to, const Op& op) {
    if (op.activation == Activation::identity) return to.alias(op.output, op.inputs[0]);
    to.emit(
        ActivationCall{to.value(op.inputs[0]), to.value(op.output), op.activation, op.parameter});
}

void backward(Lowering& to, const Op& op) {
    const ValueId z = op.inputs[0];
    if (op.activation == Activation::identity) return to.contribute_gradient_of(op.output, z);
    if (!to.wants_gradient(z)) return;
    const DerivativeFrom from = info(op.activation).derivative_from;
    if (from == DerivativeFrom::nowhere) {
        fail(
            "activation", info(op.activation).name,
            " has no useful derivative: use it for predicting or with the perceptron rule, or train"
            " with sigmoid or tanh in its place");
    }
    const BufferId saved = to.value(from == DerivativeFrom::output ? op.output : z);
    to.contribute_call(z, [&](BufferId dz) {
        return ActivationBackwardCall{saved, to.gradient(op.output), dz, op.activation,
                                      op.parameter};
    });
}

}  // namespace

const OpRule activation_rule{"activation", cols, forward, backward};

}  // namespace ganglion
