#pragma once

#include <algorithm>
#include <atomic>
#include <vector>

#include "kernels/optimizer.h"

namespace ganglion {

/// The step of some parameters.
template <class T>
struct StepOf {
    std::vector<Range> parameters;  // their numbers, in order
    Update<T> update;

    bool is_of(Index parameter) const {
        return std::any_of(parameters.begin(), parameters.end(), [parameter](const Range& range) {
            return range.begin <= parameter && parameter < range.end;
        });
    }
};

/// How a backward pass steps along the gradients that its plan updates with; nothing where it has
/// none.
template <class T>
struct StepAlong {
    const std::vector<StepOf<T>>* steps = nullptr;  // every parameter's is one of them
    std::atomic<bool>* finite = nullptr;            // cleared where a parameter no longer is

    /// The step of a parameter.
    const Update<T>& of(Index parameter) const {
        const auto is_its = [parameter](const StepOf<T>& step) { return step.is_of(parameter); };
        return std::find_if(steps->begin(), steps->end(), is_its)->update;
    }
};

}  // namespace ganglion
