#pragma once

#include <vector>

#include "graph/value.h"

namespace ganglion {

class Graph;
class Lowering;

/// y = (x - m) / sqrt(v + epsilon) * weight + bias, m and v the mean and the mean square deviation
/// of each position's channels, weight and bias (1, channels) or kNoValue (Ba et al., 2016).
struct LayerNormalization {
    static constexpr const char* name = "layer_normalization";
    static constexpr bool takes_parameters = true;
    ValueId x;
    ValueId weight;
    ValueId bias;
    double epsilon;

    std::vector<ValueId> inputs() const { return {x, weight, bias}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
