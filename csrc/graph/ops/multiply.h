#pragma once

#include <vector>

#include "graph/value.h"

namespace ganglion {

class Graph;
class Lowering;

/// The product of two values of one size, element by element.
struct Multiply {
    static constexpr const char* name = "multiply";
    ValueId a;
    ValueId b;

    std::vector<ValueId> inputs() const { return {a, b}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
