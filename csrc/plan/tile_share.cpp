#include "plan/tile_share.h"

#include <limits>

namespace ganglion {
namespace {

/// Tiles whose multiplication takes as long as packing one tile's rows of A, or columns of B.
constexpr Index kPackingCost = 2;

}  // namespace

TileShare tile_share(const Member& member, Index rows, Index cols, Index tile_rows,
                     Index tile_cols) {
    if (member.size == 1) return {{0, rows}, {0, cols}};
    const Index down = ceil_div(rows, tile_rows);
    const Index across = ceil_div(cols, tile_cols);
    Index best = std::numeric_limits<Index>::max();
    int best_down = 1;
    for (int members_down = 1; members_down <= member.size; ++members_down) {
        if (member.size % members_down != 0) continue;
        const Index tiles_down = ceil_div(down, members_down);
        const Index tiles_across = ceil_div(across, member.size / members_down);
        const Index cost = tiles_down * tiles_across + kPackingCost * (tiles_down + tiles_across);
        if (cost < best) {
            best = cost;
            best_down = members_down;
        }
    }
    const int best_across = member.size / best_down;
    const Member in_column{member.rank / best_across, best_down};
    const Member in_row{member.rank % best_across, best_across};
    return {in_column.share(rows, tile_rows), in_row.share(cols, tile_cols)};
}

}  // namespace ganglion
