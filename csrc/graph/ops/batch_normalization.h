#pragma once

#include <vector>

#include "graph/value.h"

namespace ganglion {

class Graph;
class Lowering;

/// y = (x - m) / sqrt(v + epsilon) * weight + bias, each channel by its own, weight and bias (1,
/// channels) or kNoValue (Ioffe and Szegedy, 2015). While training, where the goal trains the group
/// that `mean` and `variance` belong to, m and v are of the batch, all its rows and positions
/// alike, v their mean square deviation; then the states move: each becomes `momentum` times
/// itself, and for the rest the batch's. Else m and v are the states.
struct BatchNormalization {
    static constexpr const char* name = "batch_normalization";
    static constexpr bool takes_parameters = true;
    ValueId x;
    ValueId weight;
    ValueId bias;
    ValueId mean;      // a state, (1, channels)
    ValueId variance;  // likewise
    double momentum;
    double epsilon;

    std::vector<ValueId> inputs() const { return {x, weight, bias, mean, variance}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
    void remember(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
