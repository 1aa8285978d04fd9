// Few rows times a matrix from memory. Included inside an ISA namespace, after gemm_loops.inl.h.

/// B comes in small blocks, of rows of so many bytes: many rows a power of two apart share few
/// places in a cache, and what is asked for ahead must not drive itself out again.
constexpr Index streamed_row_bytes = 512;
constexpr Index streamed_depth = 64;

template <class T>
constexpr Index streamed_cols = streamed_row_bytes / static_cast<Index>(sizeof(T));

/// While a block of B is multiplied, memory is asked for the next one. Rows must be few, for A is
/// read once more for each block's columns.
template <class T>
bool pays_to_stream(const GemmArgs<T>& g, Index rows) {
    const bool plain = g.packed_b == nullptr && g.column_sums == nullptr && g.update == nullptr;
    return 2 < rows && rows <= largest_blocks<T>().rows && plain && g.b.col_stride == 1 &&
           !b_is_near(g) && g.a.cols > short_depth;
}

/// The depth of A that stays in the second cache.
template <class T>
Index streamed_stretch(Index rows) {
    const Index half = second_cache_size() / 2 / static_cast<Index>(sizeof(T));
    return round_down(half / rows, streamed_depth);
}

/// Elements of scratch memory for at most m rows.
template <class T>
Index streamed_scratch_size(Index m, Index k) {
    const Index most = most_of_block(m, largest_blocks<T>().rows, tile_rows);
    return (streamed_depth + most) * streamed_cols<T> + k * most;
}

template <class T>
void copy(Matrix<const T> from, Matrix<T> to) {
    for (Index i = 0; i < to.rows; ++i) {
        for (Index j = 0; j < to.cols; j += lanes<Vec<T>>) {
            const Index n = to.cols - j;
            store_up_to(to.at(i, j), load_up_to<Vec<T>>(from.at(i, j), n), n);
        }
    }
}

/// The block of B after the one at `depth` and `cols`: below it, or beside it on top.
template <class T>
Ahead<T> next_block(const GemmArgs<T>& g, Range depths, Range depth, Range cols, Index end) {
    const bool below = depth.end < depths.end;
    const T* const next = below ? g.b.at(depth.end, cols.begin) : g.b.at(depths.begin, cols.end);
    const bool any = below || cols.end < end;
    return {next, g.b.row_stride, tile_cols<T>, any ? cols.size() : 0};
}

/// A's stretch of `depths` is packed with the first columns. C is summed up where it stays near.
template <class T>
void multiply_streamed(const GemmArgs<T>& g, Range rows, Range cols, T* scratch) {
    constexpr Index width = streamed_cols<T>;
    const Index m = rows.size();
    const Index length = streamed_stretch<T>(m);
    T* const sums = scratch + streamed_depth * width;
    T* const packed_a = sums + m * width;
    const GemmArgs<T> product{
        .a = g.a, .b = g.b, .c = g.c, .bias = g.bias, .accumulate = g.accumulate};
    for (Index begin = 0; begin < g.a.cols; begin += length) {
        const Range depths = stretch(begin, length, g.a.cols);
        for (Index jc = cols.begin; jc < cols.end; jc += width) {
            const Range j = stretch(jc, width, cols.end);
            const Matrix<T> c{g.c.at(rows.begin, jc), m, j.size(), g.c.row_stride};
            const Matrix<T> near{sums, m, j.size(), width};
            if (begin > 0 || g.accumulate) copy<T>(c, near);
            for (Index pc = begin; pc < depths.end; pc += streamed_depth) {
                const Range depth = stretch(pc, streamed_depth, depths.end);
                T* const at = packed_a + (pc - begin) * m;
                const BlockOfA<T> a{at, 0, depth.size(), jc == cols.begin ? at : nullptr};
                const BlockOfB<T> b{scratch, tile_cols<T>, tile_cols<T> * depth.size(), scratch};
                const Ahead<T> ahead = next_block(g, depths, depth, j, cols.end);
                multiply_block<T>({product, rows, j, depth, a, b, near, ahead});
            }
            copy<T>(near, c);
            if (depths.end == g.a.cols) run_epilogue(g, rows.begin, jc, m, j.size());
        }
    }
}
