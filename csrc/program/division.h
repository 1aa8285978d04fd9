#pragma once

#include "base/matrix.h"
#include "base/team.h"

namespace ganglion {

/// How a call is cut into parts.
enum class Division {
    rows,      // each has its share of the batch's rows, the same in every such call
    tiles,     // each has its share of the tiles of what is made
    columns,   // each has its share of the columns, of all rows
    own_rows,  // each has its share of rows that are the same in any batch
};

/// Columns of a share are a multiple of a cache line's, whatever the type.
inline constexpr Index kColumnGrain = 16;

/// A rectangle of a matrix.
struct Block {
    Range rows;
    Range cols;

    Index size() const { return rows.size() * cols.size(); }
};

/// A part of C (rows x cols), cut at multiples of the tile's size. The parts are laid out as the
/// grid whose largest part is least to do: tiles to multiply, A and B to pack.
Block tile_share(const Part& part, Index rows, Index cols, Index tile_rows, Index tile_cols);

}  // namespace ganglion
