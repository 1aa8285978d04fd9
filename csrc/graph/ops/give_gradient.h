#pragma once

#include <vector>

#include "graph/value.h"

namespace ganglion {

class Graph;
class Lowering;

/// x, whose gradient is another value of its size.
struct GiveGradient {
    static constexpr const char* name = "give_gradient";
    ValueId x;
    ValueId gradient;

    std::vector<ValueId> inputs() const { return {x, gradient}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
