#include "graph/ops/activation.h"

#include "base/error.h"
#include "graph/lowering.h"

namespace ganglion {

Extent ElementwiseActivation::extent(const Graph& graph) const {
    if (activation == Activation::leaky_relu && !(alpha >= 0))
        fail("leaky_relu", "slope is ", alpha, ", must not be negative");
    if (activation == Activation::elu && !(alpha > 0))
        fail("elu", "alpha is ", alpha, ", must be positive");
    return graph.value(x).extent;
}

void ElementwiseActivation::forward(Lowering& to, ValueId y) const {
    if (activation == Activation::identity) return to.be(y, to.value(x));
    to.emit(ActivationCall{to.matrix(x), to.value(y), activation, alpha});
}

void ElementwiseActivation::backward(Lowering& to, ValueId y) const {
    if (activation == Activation::identity) return to.contribute_gradient_of(y, x);
    if (!to.wants_gradient(x)) return;
    const DerivativeFrom from = info(activation).derivative_from;
    if (from == DerivativeFrom::nowhere) {
        fail(
            name, info(activation).name,
            " has no useful derivative: use it for predicting or with the perceptron rule, or train"
            " with sigmoid or tanh in its place");
    }
    const BufferId saved = from == DerivativeFrom::output ? to.value(y) : to.matrix(x);
    const BufferId dy = to.gradient_matrix(y);
    to.contribute_call(
        x, [&](BufferId dx) { return ActivationBackwardCall{saved, dy, dx, activation, alpha}; });
}

}  // namespace ganglion
