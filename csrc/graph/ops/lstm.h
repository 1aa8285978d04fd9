#pragma once

#include <vector>

#include "graph/value.h"
#include "program/calls/cell_function.h"

namespace ganglion {

class Graph;
class Lowering;

/// A long short-term memory (Hochreiter and Schmidhuber, 1997), with a gate that forgets (Gers et
/// al., 2000), zeros before the first position: z, (rows, positions, 4 · units), is what comes of
/// the inputs, of the gates in, kept, candidate and out, `recurrent` (units, 4 · units). Backwards,
/// the positions of z are walked from the last to the first; those of h are in the order of the
/// walk.
struct LSTM {
    static constexpr const char* name = "lstm";
    static constexpr bool takes_parameters = true;
    ValueId z;
    ValueId recurrent;
    CellFunction phi{Activation::tanh};
    CellFunction of_gates{Activation::sigmoid};
    bool backwards = false;

    std::vector<ValueId> inputs() const { return {z, recurrent}; }
    Extent extent(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
};

}  // namespace ganglion
