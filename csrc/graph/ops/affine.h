#pragma once

#include <vector>

#include "graph/value.h"

namespace ganglion {

class Graph;
class Lowering;

/// y = x·W + bias: x (rows, positions, in), W (in, out), or (out, in) where it is transposed, bias
/// (1, out) or kNoValue.
struct Affine {
    static constexpr const char* name = "affine";
    static constexpr bool takes_parameters = true;
    ValueId x;
    ValueId weight;
    ValueId bias;
    bool transposed = false;

    std::vector<ValueId> inputs() const { return {x, weight, bias}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
