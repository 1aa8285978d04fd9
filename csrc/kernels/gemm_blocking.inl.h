// How a product is cut into blocks and tiles. Included inside an ISA namespace, after
// gemm_tile.inl.h.

/// The largest blocks, from the sizes of the caches.
template <class T>
const GemmBlocking& largest_blocks() {
    static const GemmBlocking largest = [] {
        const CacheSizes& cache = cache_sizes();
        constexpr Index item = sizeof(T);
        const Index depth = round_down(cache.first / (tile_cols<T> * item), 8);
        return GemmBlocking{.depth = depth,
                            .rows = round_down(cache.second / 2 / (depth * item), tile_rows),
                            .cols = round_down(cache.second * 8 / (depth * item), tile_cols<T>)};
    }();
    return largest;
}

/// The size of a block of `total` items: even, at most `largest`, a multiple of `step`.
inline Index even_block(Index total, Index largest, Index step) {
    if (total == 0) return 0;
    const Index even = ceil_div(total, ceil_div(total, largest));
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
    return cache_sizes().second / 4 / static_cast<Index>(sizeof(T));
}

/// Its columns: runs long enough that the parameters and the optimizer's state come and go as
/// quickly as in one sweep.
constexpr Index kUpdateCols = 1024;

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

/// Elements of scratch memory that a product of at most m x n, with a depth of at most k, may use.
template <class T>
Index gemm_scratch_size(Index m, Index n, Index k, bool updates) {
    const GemmBlocking& largest = largest_blocks<T>();
    const Index rows = most_of_block(m, largest.rows, tile_rows);
    if (!updates) {
        return most_of_block(k, largest.depth, 8) *
               (rows + most_of_block(n, largest.cols, tile_cols<T>));
    }
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
    if (tiles == 0) return {};
    return {tiles, rows / tiles, rows % tiles};
}
