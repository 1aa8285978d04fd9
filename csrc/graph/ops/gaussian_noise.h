#pragma once

#include <cstdint>
#include <vector>

#include "graph/value.h"

namespace ganglion {

class Graph;
class Lowering;

/// Adds normal numbers of mean 0 and a standard deviation to x while training. `stream`: which
/// random numbers.
struct GaussianNoise {
    static constexpr const char* name = "gaussian noise";
    ValueId x;
    double deviation;
    std::uint32_t stream;

    std::vector<ValueId> inputs() const { return {x}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
