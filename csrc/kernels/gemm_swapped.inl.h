// Few rows: C^T = B^T·A^T, in which B^T is read in place. Included inside an ISA namespace, after
// gemm_loops.inl.h.

/// So many rows are few: A^T, packed, is small beside B.
template <class T>
constexpr Index most_swapped_rows = 4 * tile_cols<T>;

/// Columns of C that are multiplied before they are transposed.
constexpr Index swapped_cols = 36 * tile_rows;

/// Rows of B that are multiplied while memory is asked for as many more. They may lie a power of
/// two apart and share few places in the caches: more would drive each other out again.
constexpr Index swapped_depth = 48;

/// Where B's columns are contiguous, packing it would transpose it; where it comes from memory, row
/// by row, packing would wait for it. B must be the larger matrix, for A is packed. The rows of A
/// become lanes, of which there must be a vector full unless memory is what takes the time.
template <class T>
bool pays_to_swap(const GemmArgs<T>& g, Index rows, Index cols) {
    const bool plain = g.packed_b == nullptr && g.sums.into == nullptr && g.step.update == nullptr;
    const bool few = rows <= most_swapped_rows<T> && rows <= cols;
    if (!plain || !few || g.b.rows <= short_depth) return false;
    const bool transposed = g.b.row_stride == 1;
    if (b_is_near(g)) return transposed && rows >= lanes<Vec<T>>;
    return (transposed || g.b.col_stride == 1) && rows >= lanes<Vec<T>> / 2;
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

/// What the chains of a block of C^T begin with, if not at zero.
template <class T>
void start_swapped(const GemmArgs<T>& g, Range rows, Range j, Matrix<T> c) {
    if (g.start.accumulate) {
        transpose<T>({g.c.at(rows.begin, j.begin), rows.size(), j.size(), g.c.row_stride}, c);
    } else if (g.start.bias != nullptr) {
        for (Index i = 0; i < c.rows; ++i) {
            const Vec<T> start = broadcast<Vec<T>>(g.start.bias[j.begin + i]);
            for (Index r = 0; r < c.cols; r += lanes<Vec<T>>) store(c.at(i, r), start);
        }
    }
}

/// The block of B's rows after those at `depth`: below it, or on top of the next columns. A row has
/// more cache lines than the block has tiles where an item is large: the next panel's ask for
/// those.
template <class T>
Ahead<T> next_rows(const GemmArgs<T>& g, Range depth, Range j, Index end) {
    const bool below = depth.end < g.b.rows;
    const T* const next = below ? g.b.at(depth.end, j.begin) : g.b.at(0, j.end);
    const bool any = g.b.col_stride == 1 && (below || j.end < end);
    const Index by_one_panel = ceil_div(j.size(), tile_rows) * cache_line<T>;
    return {.data = next,
            .step = g.b.row_stride,
            .width = j.size(),
            .across = by_one_panel,
            .cols = any ? ceil_div(j.size(), by_one_panel) * tile_cols<T> : 0};
}

template <class T>
void multiply_swapped(const GemmArgs<T>& g, Range rows, Range cols, T* scratch) {
    constexpr Index panel = tile_cols<T>;
    const Index k = g.a.cols;
    const Index m = rows.size();
    const Index width = ceil_div(m, panel) * panel;
    const Index deep = g.b.col_stride == 1 ? swapped_depth : largest_blocks<T>().depth / 2;
    T* const sums = scratch + width * k;
    const Matrix<const T> a{g.a.at(rows.begin, 0), m, k, g.a.row_stride, g.a.col_stride};
    pack_b(a.transposed(), scratch);
    const GemmArgs<T> swapped{
        .a = g.b.transposed(),
        .b = {},
        .c = {},
        .start = {.accumulate = g.start.accumulate || g.start.bias != nullptr}};
    for (Index jc = cols.begin; jc < cols.end; jc += swapped_cols) {
        const Range j = stretch(jc, swapped_cols, cols.end);
        const Matrix<T> c{sums, j.size(), m, width};
        start_swapped(g, rows, j, c);
        for (Index pc = 0; pc < k; pc += deep) {
            const Range depth = stretch(pc, deep, k);
            const BlockOfA<T> block_a{g.b.at(pc, jc), false, g.b.row_stride, g.b.col_stride,
                                      nullptr};
            const BlockOfB<T> block_b{scratch + pc * panel, panel, panel * k, nullptr};
            const Ahead<T> ahead = next_rows(g, depth, j, cols.end);
            multiply_block<T>({swapped, j, {0, m}, depth, block_a, block_b, c, ahead});
        }
        transpose<T>(c, {g.c.at(rows.begin, jc), m, j.size(), g.c.row_stride});
        run_epilogue(g, rows.begin, jc, m, j.size());
    }
}
