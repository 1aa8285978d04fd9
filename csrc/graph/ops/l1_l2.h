#pragma once

#include <vector>

#include "graph/value.h"

namespace ganglion {

class Graph;
class Lowering;

/// Of each row of x, a batch's or a parameter's, `l1` times the sizes of its numbers and `l2` times
/// their squares, added up.
struct L1L2 {
    static constexpr const char* name = "l1_l2";
    static constexpr bool is_loss = true;
    static constexpr bool takes_parameters = true;
    ValueId x;
    double l1;
    double l2;

    std::vector<ValueId> inputs() const { return {x}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
