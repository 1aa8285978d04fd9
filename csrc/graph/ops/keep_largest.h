#pragma once

#include <vector>

#include "graph/value.h"

namespace ganglion {

class Graph;
class Lowering;

/// The largest `count` of the channels of each position, 0 in the place of the others.
struct KeepLargest {
    static constexpr const char* name = "keep_largest";
    ValueId x;
    Index count;

    std::vector<ValueId> inputs() const { return {x}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
