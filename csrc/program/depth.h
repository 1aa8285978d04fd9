#pragma once

#include <algorithm>

#include "base/matrix.h"

namespace ganglion {

/// So many rows and positions of a batch are one chain of a sum over all of them. What follows is
/// summed up in chains of its own, and what those come to is added in order. Else a product over a
/// hundred thousand positions, whose result has a few tiles, could not be shared by a team, and its
/// error in float32 would grow with every one of them, as it does where the result is large
/// (deep_gemm.cpp): that, with the sums of columns that come along with it, stays one chain. The
/// cut goes by the size of the result and by how many there are in the batch, and by nothing else,
/// so that the bits are the same on any number of threads, and whatever a plan has room for.
/// Batches of tables are mostly one chain.
inline constexpr Index kChain = 2048;

/// Parts of a depth: at least one.
inline Index parts_of_depth(Index depth) { return std::max<Index>(1, ceil_div(depth, kChain)); }

inline Range part_of_depth(Index number, Index depth) {
    return stretch(number * kChain, kChain, depth);
}

}  // namespace ganglion
