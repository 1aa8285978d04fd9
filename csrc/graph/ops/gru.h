#pragma once

#include <vector>

#include "graph/value.h"
#include "program/calls/cell_function.h"

namespace ganglion {

class Graph;
class Lowering;

/// A gated recurrent unit (Cho et al., 2014), whose state is multiplied before it is reset, as
/// PyTorch and cuDNN have it, zeros before the first position: z, (rows, positions, 3 · units), is
/// what comes of the inputs, of the gates kept and reset, and of the candidate, `recurrent` (units,
/// 3 · units), `bias` (1, 3 · units) or kNoValue. Backwards, the positions of z are walked from the
/// last to the first; those of h are in the order of the walk.
struct GRU {
    static constexpr const char* name = "gru";
    static constexpr bool takes_parameters = true;
    ValueId z;
    ValueId recurrent;
    ValueId bias;  // of what the state is multiplied to
    CellFunction phi{Activation::tanh};
    CellFunction of_gates{Activation::sigmoid};
    bool backwards = false;

    std::vector<ValueId> inputs() const { return {z, recurrent, bias}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
