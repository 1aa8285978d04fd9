#include "graph/ops/activation.h"

#include "base/error.h"
#include "graph/lowering.h"

namespace ganglion {

void check_derivative(const char* op, Activation activation) {
    if (info(activation).derivative_from != DerivativeFrom::nowhere) return;
    fail(op, info(activation).name,
         " has no useful derivative: use it for predicting or with the perceptron rule, or train"
         " with sigmoid or tanh in its place");
}

void check_alpha(Activation activation, double alpha) {
    if (activation == Activation::leaky_relu && !(alpha >= 0))
        fail("leaky_relu", "slope is ", alpha, ", must not be negative");
    if (activation == Activation::elu && !(alpha > 0))
        fail("elu", "alpha is ", alpha, ", must be positive");
}

Extent ElementwiseActivation::extent(const Graph& graph) const {
    check_alpha(activation, alpha);
    return graph.value(x).extent;
}

void ElementwiseActivation::forward(Lowering& to, ValueId y) const {
    if (activation == Activation::identity) return to.be(y, to.value(x));
    to.emit(ActivationCall{to.matrix(x), to.value(y), activation, alpha});
}

void ElementwiseActivation::backward(Lowering& to, ValueId y) const {
    if (activation == Activation::identity) return to.contribute_gradient_of(y, x);
    if (!to.wants_gradient(x)) return;
    check_derivative(name, activation);
    const bool from_output = info(activation).derivative_from == DerivativeFrom::output;
    const BufferId saved = from_output ? to.value(y) : to.matrix(x);
    const BufferId dy = to.gradient_matrix(y);
    to.contribute_call(
        x, [&](BufferId dx) { return ActivationBackwardCall{saved, dy, dx, activation, alpha}; });
}

}  // namespace ganglion
