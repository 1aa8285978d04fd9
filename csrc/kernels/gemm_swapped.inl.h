// Few rows times a transposed matrix: C^T = B^T·A^T. Included inside an ISA namespace, after
// gemm_loops.inl.h.

/// Columns of C that are multiplied before they are transposed.
constexpr Index swapped_cols = 8 * tile_rows;

/// So many rows are few: A^T, packed, is small beside B.
template <class T>
constexpr Index most_swapped_rows = 4 * tile_cols<T>;

/// B^T, whose rows are contiguous, is then read in place, where B would be transposed to be packed.
/// The rows of A become lanes, of which there must be a vector full.
template <class T>
bool pays_to_swap(const GemmArgs<T>& g, Index rows) {
    const bool few = lanes<Vec<T>> <= rows && rows <= most_swapped_rows<T>;
    const bool starts_at_zero = g.bias == nullptr && !g.accumulate;
    const bool plain = g.packed_b == nullptr && g.column_sums == nullptr && g.update == nullptr;
    return few && starts_at_zero && plain && g.b.row_stride == 1 && g.b.rows > short_depth;
}

/// Elements of scratch memory for A^T of at most m rows, and a block of C^T.
template <class T>
Index swapped_scratch_size(Index m, Index k) {
    return most_of_block(m, most_swapped_rows<T>, tile_cols<T>) * (k + swapped_cols);
}

/// `from` has contiguous rows.
template <class T>
void transpose(Matrix<const T> from, Matrix<T> to) {
    using V = Vec<T>;
    constexpr Index size = lanes<V>;
    for (Index i = 0; i < to.rows; i += size) {
        for (Index j = 0; j < to.cols; j += size) {
            const Index rows = to.rows - i < size ? to.rows - i : size;
            const Index cols = to.cols - j < size ? to.cols - j : size;
            Square<V> square;
            square.read_part(from.at(j, i), from.row_stride, cols, rows, square.all);
            square.transpose();
            square.write_part(to.at(i, j), to.row_stride, rows, cols, square.all);
        }
    }
}

/// Neither operand is packed on the way, and so the loops need no scratch memory.
template <class T>
void multiply_swapped(const GemmArgs<T>& g, Range rows, Range cols, T* scratch) {
    const Index k = g.a.cols;
    const Index width = ceil_div(rows.size(), tile_cols<T>) * tile_cols<T>;
    T* const block = scratch + width * k;
    const Matrix<const T> a{g.a.at(rows.begin, 0), rows.size(), k, g.a.row_stride, g.a.col_stride};
    pack_b(a.transposed(), scratch);
    for (Index jc = cols.begin; jc < cols.end; jc += swapped_cols) {
        const Range j = stretch(jc, swapped_cols, cols.end);
        const Matrix<const T> b{g.b.at(0, j.begin), k, j.size(), g.b.row_stride, g.b.col_stride};
        const Matrix<T> c{block, j.size(), rows.size(), width};
        const GemmArgs<T> swapped{
            .a = b.transposed(), .b = a.transposed(), .c = c, .packed_b = scratch};
        multiply<T>(swapped, {0, c.rows}, {0, c.cols}, nullptr);
        transpose<T>(c, {g.c.at(rows.begin, j.begin), rows.size(), j.size(), g.c.row_stride});
        run_epilogue(g, rows.begin, j.begin, rows.size(), j.size());
    }
}
