#pragma once

#include <vector>

#include "graph/value.h"

namespace ganglion {

class Graph;
class Lowering;

/// The positions and the channels of x in two ranges.
struct Slice {
    static constexpr const char* name = "slice";
    ValueId x;
    Range positions;
    Range channels;

    std::vector<ValueId> inputs() const { return {x}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
