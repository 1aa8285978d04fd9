#pragma once

#include <vector>

#include "graph/graph.h"
#include "plan/plan.h"
#include "plan/workspace.h"
#include "train/constraints.h"

namespace ganglion {

/// The parameters that a plan's backward pass reaches, by what it leaves of their gradients.
template <class T>
struct Reached {
    /// The workspace runs the plan, and must outlive it.
    Reached(const Graph& graph, const Plan& plan, const Workspace<T>& workspace);

    std::vector<Range> whole;           // parameters with whole gradients, in order
    std::vector<Range> updated;         // of which the products that make them update these
    std::vector<Range> tables;          // parameters with gradients of rows, in order
    std::vector<GradientRows<T>> rows;  // these, in the plan's order
    Constraints<T> constraints;
};

}  // namespace ganglion
