#pragma once

#include <vector>

#include "graph/value.h"

namespace ganglion {

class Graph;
class Lowering;

/// The rows of a table (rows, channels) whose numbers an input holds: a position for each number of
/// one of its rows.
struct Embedding {
    static constexpr const char* name = "embedding";
    static constexpr bool takes_parameters = true;
    ValueId x;
    ValueId table;

    std::vector<ValueId> inputs() const { return {x, table}; }
    Extent extent(const Graph& graph) const;
    Indexed indexed(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
