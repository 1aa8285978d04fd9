#pragma once

#include <vector>

#include "graph/value.h"

namespace ganglion {

class Graph;
class Lowering;

/// The channels of several values of the same positions, one after the other.
struct Concatenate {
    static constexpr const char* name = "concatenate";
    std::vector<ValueId> parts;

    std::vector<ValueId> inputs() const { return parts; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
