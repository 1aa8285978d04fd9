#pragma once

#include <vector>

#include "graph/value.h"
#include "kernels/activation.h"

namespace ganglion {

class Graph;
class Lowering;

/// From position to position, h = phi(z + h of the one before · recurrent), zeros before the first
/// (Elman, 1990): z, (rows, positions, units), is what comes of the inputs, `recurrent` (units,
/// units). Backwards, the positions of z are walked from the last to the first; those of h are in
/// the order of the walk.
struct SimpleRNN {
    static constexpr const char* name = "simple_rnn";
    static constexpr bool takes_parameters = true;
    ValueId z;
    ValueId recurrent;
    Activation activation;
    double alpha = 0;
    bool backwards = false;

    std::vector<ValueId> inputs() const { return {z, recurrent}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
