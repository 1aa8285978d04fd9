#pragma once

#include <vector>

#include "graph/value.h"

namespace ganglion {

class Graph;
class Lowering;

/// The numbers of each row in as many positions of as many channels.
struct Reshape {
    static constexpr const char* name = "reshape";
    ValueId x;
    Index positions;
    Index channels;

    std::vector<ValueId> inputs() const { return {x}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
