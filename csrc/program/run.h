#pragma once

#include <cstdint>

#include "base/matrix.h"

namespace ganglion {

/// What may change from run to run.
struct Run {
    Index rows;              // of this batch, at most the plan's max_batch
    Index first_row = 0;     // of the batch, among those of the call: random numbers go by it
    bool weighted = false;   // does the loss read the weights?
    double loss_scale = 1;   // one over the batch's sum of weights
    std::uint64_t seed = 0;  // with the step: which random numbers
    std::uint64_t step = 0;
};

}  // namespace ganglion
