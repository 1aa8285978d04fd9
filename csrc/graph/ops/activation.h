#pragma once

#include <vector>

#include "graph/value.h"
#include "kernels/activation.h"

namespace ganglion {

class Graph;
class Lowering;

/// y = phi(x); `alpha` is the slope of leaky_relu and the scale of elu.
struct ElementwiseActivation {
    static constexpr const char* name = "activation";
    ValueId x;
    Activation activation;
    double alpha = 0;

    std::vector<ValueId> inputs() const { return {x}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

/// Throws std::invalid_argument unless an activation takes such a setting.
void check_alpha(Activation activation, double alpha);

/// Throws std::invalid_argument, naming `op`, where there is nothing to train along.
void check_derivative(const char* op, Activation activation);

}  // namespace ganglion
