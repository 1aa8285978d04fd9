#include "program/division.h"

#include <limits>

namespace ganglion {
namespace {

/// Tiles whose multiplication takes as long as packing one tile's rows of A, or columns of B.
constexpr Index kPackingCost = 2;

}  // namespace

Block tile_share(const Part& part, Index rows, Index cols, Index tile_rows, Index tile_cols) {
    if (part.count == 1) return {{0, rows}, {0, cols}};
    const Index down = ceil_div(rows, tile_rows);
    const Index across = ceil_div(cols, tile_cols);
    Index best = std::numeric_limits<Index>::max();
    int best_down = 1;
    for (int parts_down = 1; parts_down <= part.count; ++parts_down) {
        if (part.count % parts_down != 0) continue;
        const Index tiles_down = ceil_div(down, parts_down);
        const Index tiles_across = ceil_div(across, part.count / parts_down);
        const Index cost = tiles_down * tiles_across + kPackingCost * (tiles_down + tiles_across);
        if (cost < best) {
            best = cost;
            best_down = parts_down;
        }
    }
    const int best_across = part.count / best_down;
    const Part in_column{part.index / best_across, best_down};
    const Part in_row{part.index % best_across, best_across};
    return {in_column.share(rows, tile_rows), in_row.share(cols, tile_cols)};
}

}  // namespace ganglion
