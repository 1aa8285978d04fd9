#pragma once

#include <vector>

#include "graph/value.h"

namespace ganglion {

class Graph;
class Lowering;

/// The softmax over the channels of each position.
struct Softmax {
    static constexpr const char* name = "softmax";
    ValueId x;

    std::vector<ValueId> inputs() const { return {x}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
