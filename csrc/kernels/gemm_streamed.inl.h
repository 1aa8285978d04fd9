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

template <class T>
void multiply_streamed(const GemmArgs<T>& g, Range rows, Range cols, T* scratch) {
    constexpr Index width = streamed_cols<T>;
    const Index k = g.a.cols;
    const Index length = streamed_stretch<T>(rows.size());
    T* const sums = scratch + streamed_depth * width;
    T* const packed_a = sums + rows.size() * width;
    const GemmArgs<T> product{
        .a = g.a, .b = g.b, .c = g.c, .bias = g.bias, .accumulate = g.accumulate};
    for (Index begin = 0; begin < k; begin += length) {
        const Index end = begin + length < k ? begin + length : k;
        for (Index jc = cols.begin; jc < cols.end; jc += width) {
            const Range block_cols{jc, jc + width < cols.end ? jc + width : cols.end};
            const Matrix<T> c{g.c.at(rows.begin, jc), rows.size(), block_cols.size(), g.c.row_stride};
            const Matrix<T> near{sums, rows.size(), block_cols.size(), width};
            if (begin > 0 || g.accumulate) copy<T>(c, near);
            for (Index pc = begin; pc < end; pc += streamed_depth) {
                const Range depth{pc, pc + streamed_depth < end ? pc + streamed_depth : end};
                const Index size = depth.size();
                T* const at = packed_a + (pc - begin) * rows.size();
                const BlockOfA<T> a{at, 0, size, jc == cols.begin ? at : nullptr};
                const BlockOfB<T> b{scratch, tile_cols<T>, tile_cols<T> * size, scratch};
                const T* const next = depth.end < end ? g.b.at(depth.end, jc) : g.b.at(begin, block_cols.end);
                const Ahead<T> ahead{{next, g.b.row_stride, tile_cols<T>, nullptr}, depth.end < end || block_cols.end < cols.end ? block_cols.size() : 0};
                multiply_block<T>({product, rows, block_cols, depth, a, b, near, ahead});
            }
            copy<T>(near, c);
            if (end == k) run_epilogue(g, rows.begin, jc, rows.size(), block_cols.size());
        }
    }
}
