#pragma once

#include <vector>

#include "graph/value.h"

namespace ganglion {

class Graph;
class Lowering;

/// The sum of each channel of x over a batch's rows and positions, those of a row times what the
/// goal has it count.
struct SumOverBatch {
    static constexpr const char* name = "sum_over_batch";
    ValueId x;

    std::vector<ValueId> inputs() const { return {x}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
