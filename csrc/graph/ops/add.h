#pragma once

#include <vector>

#include "graph/value.h"

namespace ganglion {

class Graph;
class Lowering;

/// The sum of two values of one size.
struct Add {
    static constexpr const char* name = "add";
    ValueId a;
    ValueId b;

    std::vector<ValueId> inputs() const { return {a, b}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
