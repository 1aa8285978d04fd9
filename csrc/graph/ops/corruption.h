#pragma once

#include <cstdint>
#include <vector>

#include "graph/value.h"

namespace ganglion {

class Graph;
class Lowering;

/// While training, an element of x is with probability `rate` replaced, by `low` or `high`, each as
/// often, and multiplied by `scale` where it is kept. `stream`: which random numbers.
struct Corruption {
    const char* name;
    ValueId x;
    double rate;
    std::uint32_t stream;
    double scale = 1;
    double low = 0;
    double high = 0;

    static Corruption dropout(ValueId x, double rate, std::uint32_t stream) {
        return {"dropout", x, rate, stream, 1 / (1 - rate)};
    }
    static Corruption masking(ValueId x, double rate, std::uint32_t stream) {
        return {"masking noise", x, rate, stream};
    }
    static Corruption salt_and_pepper(ValueId x, double rate, double low, double high,
                                      std::uint32_t stream) {
        return {"salt and pepper noise", x, rate, stream, 1, low, high};
    }

    std::vector<ValueId> inputs() const { return {x}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
