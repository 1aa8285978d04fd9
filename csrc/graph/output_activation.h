#pragma once

#include <string_view>

#include "graph/graph.h"

namespace ganglion {

/// The activation that a value comes out of, also where it is seen through other ops since.
struct OutputActivation {
    std::string_view activation = "identity";
    /// Whether it could as well come last: what has been done since are views, of whole channels
    /// where the activation is over those.
    bool is_last = true;
    /// The softmax or sigmoid that all come out of which sums and products have made it, though
    /// views may follow; of a value that is neither, its own.
    std::string_view of_parts = "identity";
};

OutputActivation output_activation_of(const Graph& graph, ValueId id);

/// What the activation of a value was applied to, in the same views, which are added to the graph.
/// The value has an output activation that could as well come last.
ValueId before_output_activation(Graph& graph, ValueId id);

}  // namespace ganglion
