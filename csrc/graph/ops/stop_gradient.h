#pragma once

#include <vector>

#include "graph/value.h"

namespace ganglion {

class Graph;
class Lowering;

/// x, through which no gradient passes.
struct StopGradient {
    static constexpr const char* name = "stop_gradient";
    static constexpr bool stops_gradient = true;
    ValueId x;

    std::vector<ValueId> inputs() const { return {x}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
