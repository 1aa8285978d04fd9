#pragma once

#include "plan/plan.h"

namespace ganglion {

/// A rectangle of a matrix product's C.
struct TileShare {
    Range rows;
    Range cols;
};

/// A part of C (rows x cols), cut at multiples of the tile's size. The parts are laid out as the
/// grid whose largest part is least to do: tiles to multiply, A and B to pack.
TileShare tile_share(const Part& part, Index rows, Index cols, Index tile_rows, Index tile_cols);

/// A part of the C (rows x cols) of a plan's product.
TileShare product_share(Division division, const Part& part, Index rows, Index cols,
                        Index tile_rows, Index tile_cols);

}  // namespace ganglion
