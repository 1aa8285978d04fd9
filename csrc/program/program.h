#pragma once

#include <string>
#include <vector>

#include "program/call.h"

namespace ganglion {

/// The gradient of a table of parameters, of some of its rows: that of all others is zero.
struct RowGradient {
    BufferId table;
    BufferId rows;      // (batch, ...): which, each once
    BufferId count;     // (1): how many
    BufferId gradient;  // (batch, ...): a position for each
};

/// Kernel calls over buffers: a graph, lowered.
struct Program {
    Memory memory;
    std::vector<Call> calls;
    std::size_t backward_begin = 0;   // the first call of the backward pass
    std::vector<BufferId> values;     // by ValueId; kNoBuffer where the program does without
    std::vector<BufferId> gradients;  // by ValueId: of inputs, and one the caller gives
    std::vector<Range> reached;       // the parameters that have whole gradients, in order
    std::vector<RowGradient> row_gradients{};  // of tables that have gradients of rows
    std::vector<double> numbers;               // what calls are set by that takes no fixed place

    std::string no_backward;  // why there is no backward pass; "" if there is one

    BufferId value(int id) const { return values[static_cast<std::size_t>(id)]; }
};

}  // namespace ganglion
