#pragma once

#include <cstdint>

#include "base/matrix.h"

namespace ganglion {

/// How the positions of a batch's rows count in one of the losses.
struct LossRun {
    bool weighted = false;  // does it read the weights?
    double scale = 1;       // one over the batch's sum of weights
};

/// What may change from run to run.
struct Run {
    Index rows;                       // of this batch, at most the plan's max_batch
    Index first_row = 0;              // among those of the call: random numbers go by it
    const LossRun* losses = nullptr;  // by the goal's term; null: none is weighted
    std::uint64_t seed = 0;           // with the step: which random numbers
    std::uint64_t step = 0;
};

}  // namespace ganglion
