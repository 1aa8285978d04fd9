#pragma once

#include <vector>

#include "graph/value.h"

namespace ganglion {

class Graph;
class Lowering;

/// One number for a batch: the divergence of units that are active with probability `target` from
/// units that are so as often as activations come to in the mean, the sum over the units (Ng,
/// 2011). `sums`: of each unit's activations over the batch, at so many positions of each row.
struct SparsityKL {
    static constexpr const char* name = "sparsity_kl";
    static constexpr bool is_loss = true;
    ValueId sums;
    Index positions;
    double target;

    std::vector<ValueId> inputs() const { return {sums}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

/// The same of activations.
ValueId sparsity_of(Graph& graph, ValueId activations, double target);

}  // namespace ganglion
