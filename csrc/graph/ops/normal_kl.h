#pragma once

#include <vector>

#include "graph/value.h"

namespace ganglion {

class Graph;
class Lowering;

/// The divergence of each row's normal distribution, of independent numbers with such means and
/// logarithms of variances, from the standard normal (Kingma and Welling, 2013).
struct NormalKL {
    static constexpr const char* name = "normal_kl";
    static constexpr bool is_loss = true;
    ValueId mean;
    ValueId log_variance;

    std::vector<ValueId> inputs() const { return {mean, log_variance}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
