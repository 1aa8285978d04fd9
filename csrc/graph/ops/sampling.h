#pragma once

#include <cstdint>
#include <vector>

#include "graph/value.h"

namespace ganglion {

class Graph;
class Lowering;

/// While training, a sample of the normal distribution of this mean and log variance, element by
/// element; else the mean. `stream`: which random numbers.
struct Sampling {
    static constexpr const char* name = "sampling";
    ValueId mean;
    ValueId log_variance;
    std::uint32_t stream;

    std::vector<ValueId> inputs() const { return {mean, log_variance}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
