#pragma once

#include <cstdint>

#include "program/frame.h"

namespace ganglion {

/// Where a part's random numbers for a buffer come from: each position is a row.
template <class T>
NoiseSource noise_source(const Frame<T>& frame, BufferId id, std::uint32_t stream) {
    const Index positions = frame.memory.buffer(id).extent.positions;
    return {.seed = frame.run.seed,
            .stream = stream,
            .step = frame.run.step,
            .first_row = (frame.run.first_row + frame.rows.begin) * positions};
}

}  // namespace ganglion
