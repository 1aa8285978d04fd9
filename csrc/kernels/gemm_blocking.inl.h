// How a product is cut into blocks and tiles. Included inside an ISA namespace, after
// gemm_tile.inl.h.

/// The largest blocks, from the sizes of the caches.
template <class T>
GemmBlocking largest_blocks() {
    const CacheSizes& cache = cache_sizes();
    constexpr Index item = sizeof(T);
    const Index depth = round_down(cache.first / (tile_cols<T> * item), 8);
    return {.depth = depth,
            .rows = round_down(cache.second / 2 / (depth * item), tile_rows),
            .cols = round_down(cache.second * 8 / (depth * item), tile_cols<T>)};
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
    static const GemmBlocking largest = largest_blocks<T>();
    return {.depth = even_block(k, largest.depth, 8),
            .rows = even_block(m, largest.rows, tile_rows),
            .cols = even_block(n, largest.cols, tile_cols<T>)};
}

/// The largest block that a total of at most `total` items is cut into.
inline Index most_of_block(Index total, Index largest, Index step) {
    const Index all = ceil_div(total, step) * step;
    return all < largest ? all : largest;
}

/// Elements of scratch memory that a product of at most m x n, with a depth of at most k, may use.
template <class T>
Index gemm_scratch_size(Index m, Index n, Index k) {
    const GemmBlocking largest = largest_blocks<T>();
    return most_of_block(k, largest.depth, 8) * (most_of_block(m, largest.rows, tile_rows) +
                                                 most_of_block(n, largest.cols, tile_cols<T>));
}

/// Rows are cut into tiles as even as possible: a sliver takes as long as a whole one.
struct TileCut {
    Index rows;
    Index tiles;

    Index begin(Index tile) const { return rows * tile / tiles; }
};

inline TileCut cut_tiles(Index rows) { return {rows, ceil_div(rows, tile_rows)}; }
