#pragma once

#include <string>

#include "base/matrix.h"

namespace ganglion {

/// The number of rows of what has one for each sample of a batch.
inline constexpr Index kBatch = -1;

/// How large a value is: rows, of positions (1; the steps of a sequence, the pixels of an image),
/// of channels.
struct Extent {
    Index rows;  // kBatch, or fixed
    Index positions = 1;
    Index channels = 1;

    /// Numbers of a row.
    Index row_size() const { return positions * channels; }
    /// Rows where a batch has so many.
    Index rows_of(Index batch) const { return rows == kBatch ? batch : rows; }

    bool operator==(const Extent&) const = default;
};

/// How a row is called in messages: "7 columns", "4 positions of 7 channels".
inline std::string columns_of(const Extent& extent) {
    if (extent.positions == 1) return std::to_string(extent.channels) + " columns";
    return std::to_string(extent.positions) + " positions of " + std::to_string(extent.channels) +
           " channels";
}

}  // namespace ganglion
