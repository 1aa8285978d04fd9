#pragma once

#include <algorithm>
#include <atomic>
#include <vector>

#include "kernels/optimizer.h"

namespace ganglion {

/// How a backward pass steps along the gradients that its plan updates with; nothing where it has
/// none.
template <class T>
struct StepAlong {
    const Update<T>* plain = nullptr;
    const Update<T>* penalized = nullptr;              // and for parameters in
    const std::vector<Range>* penalized_at = nullptr;  // these ranges
    std::atomic<bool>* finite = nullptr;               // cleared where a parameter no longer is

    /// The step of the parameters from number `begin` on.
    const Update<T>& of(Index begin) const {
        const bool is_penalized = std::any_of(
            penalized_at->begin(), penalized_at->end(),
            [begin](const Range& range) { return range.begin <= begin && begin < range.end; });
        return is_penalized ? *penalized : *plain;
    }
};

}  // namespace ganglion
