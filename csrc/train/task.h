#pragma once

#include <vector>

#include "graph/table.h"
#include "graph/value.h"
#include "train/figures.h"
#include "train/penalty.h"

namespace ganglion {

/// An output with its loss, which knows target and weight, and how much that counts in what is
/// minimised.
struct Head {
    ValueId output;
    ValueId loss;
    double factor = 1;
    Figures* figures = nullptr;  // of this head alone
};

/// A loss that belongs to no output, and is reported by itself: of values within a network, or of
/// its parameters.
struct HiddenTerm {
    ValueId loss;
    double factor = 1;
    Figures* figures = nullptr;  // of this term alone, without metrics
};

/// The values of a graph that a routine fills, minimises and looks at.
struct Task {
    std::vector<ValueId> feeds;  // in the order in which Batches has their data; kNoValue: unused
    std::vector<Head> heads;
    std::vector<HiddenTerm> hidden{};
    ValueId term_weight = kNoValue;  // what each row counts in those; kNoValue: all the same
};

/// What a routine does with the batches.
enum class Purpose { evaluate, gradients, train };

/// How a routine departs from its plain ways.
struct Extras {
    double loss_factor = 1;      // on the gradient of every loss
    Penalty* penalty = nullptr;  // outlives the routine
    Groups groups{};             // whose parameters it trains
};

}  // namespace ganglion
