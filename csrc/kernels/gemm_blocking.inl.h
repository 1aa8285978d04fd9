// How a product is cut into blocks and tiles. Included inside an ISA namespace, after
// gemm_tile.inl.h.

/// Panels of B that are packed together: a row of so many lies close enough for memory.
constexpr Index panels_together = 8;

/// Depths of so many and fewer are short: reading and writing C is what such a product costs.
constexpr Index short_depth = 64;

/// The largest blocks, from the size of the second cache. A deep block is worth a panel of B that
/// does not fit the first cache: with each block of depth C comes and goes once more.
template <class T>
const GemmBlocking& largest_blocks() {
    static const GemmBlocking largest = [] {
        const Index second = second_cache_size() / static_cast<Index>(sizeof(T));
        const Index depth = round_down(second / 8 / tile_cols<T>, 8);
        return GemmBlocking{.depth = depth,
                            .rows = round_down(second / 2 / depth, tile_rows),
                            .cols = round_down(second * 4 / depth, tile_cols<T>)};
    }();
    return largest;
}

/// The size of a block of `total` items: even, at most `largest`, a multiple of `step`. Here and
/// below what is one block, or tile, is not divided: small products would wait for it.
inline Index even_block(Index total, Index largest, Index step) {
    const Index even = total <= largest ? total : ceil_div(total, ceil_div(total, largest));
    return ceil_div(even, step) * step;
}

/// Blocks for a product of m x n with depth k.
template <class T>
GemmBlocking blocking(Index m, Index n, Index k) {
    const GemmBlocking& largest = largest_blocks<T>();
    return {.depth = even_block(k, largest.depth, 8),
            .rows = even_block(m, largest.rows, tile_rows),
            .cols = even_block(n, largest.cols, tile_cols<T>)};
}

/// Elements of a block of a gradient that waits in the second cache for its step.
template <class T>
Index gradient_block() {
    return second_cache_size() / 2 / static_cast<Index>(sizeof(T));
}

/// Its columns: runs long enough that the parameters and the optimizer's state come and go as
/// quickly as in one sweep.
constexpr Index kUpdateCols = 4096;

/// Blocks for a product whose result is a gradient to step along: of the whole depth.
template <class T>
GemmBlocking update_blocking(Index m, Index n, Index k) {
    const Index cols = even_block(n, kUpdateCols, tile_cols<T>);
    const Index rows_in_cache =
        cols == 0 ? tile_rows : round_down(gradient_block<T>() / cols, tile_rows);
    const Index largest = largest_blocks<T>().rows;
    const Index rows = rows_in_cache < largest ? rows_in_cache : largest;
    return {.depth = ceil_div(k, 8) * 8,
            .rows = even_block(m, rows < tile_rows ? tile_rows : rows, tile_rows),
            .cols = cols};
}

/// The largest block that a total of at most `total` items is cut into.
inline Index most_of_block(Index total, Index largest, Index step) {
    const Index all = ceil_div(total, step) * step;
    return all < largest ? all : largest;
}

/// Elements of scratch memory that the loops may use for at most m x n, with a depth of at most k.
template <class T>
Index loops_scratch_size(Index m, Index n, Index k) {
    const GemmBlocking& largest = largest_blocks<T>();
    const Index rows = most_of_block(m, largest.rows, tile_rows);
    const Index depth = most_of_block(k, largest.depth, 8);
    return depth * (rows + most_of_block(n, largest.cols, tile_cols<T>));
}

/// The same where the product is a gradient to step along.
template <class T>
Index update_scratch_size(Index m, Index n, Index k) {
    const Index rows = most_of_block(m, largest_blocks<T>().rows, tile_rows);
    const Index cols = most_of_block(n, kUpdateCols, tile_cols<T>);
    return ceil_div(k, 8) * 8 * (rows + cols) + rows * cols;
}

/// Rows are cut into tiles as even as possible, the first `larger` one row higher: a sliver takes
/// as long as a whole tile.
struct TileCut {
    Index tiles;
    Index rows;
    Index larger;

    Index begin(Index tile) const { return tile * rows + (tile < larger ? tile : larger); }
};

inline TileCut cut_tiles(Index rows) {
    const Index tiles = ceil_div(rows, tile_rows);
    if (tiles <= 1) return {tiles, rows, 0};
    return {tiles, rows / tiles, rows % tiles};
}
