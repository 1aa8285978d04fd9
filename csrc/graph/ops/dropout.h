#pragma once

#include <cstdint>
#include <vector>

#include "graph/value.h"

namespace ganglion {

class Graph;
class Lowering;

/// Random streams from here on belong to layers, those below to initial weights and shuffles.
inline constexpr std::uint32_t kNoiseStreams = 0x80000000;

/// Zeroes a share `rate` of x while training. `stream`: which random numbers.
struct Dropout {
    static constexpr const char* name = "dropout";
    ValueId x;
    double rate;
    std::uint32_t stream;

    std::vector<ValueId> inputs() const { return {x}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
