// Packing: copies of A and B in the order in which tiles read them.
// Included inside an ISA namespace, after gemm_blocking.inl.h.

/// A square of vectors, held in registers: every access is written out by a fold, for compilers
/// keep an array that a loop walks over in memory.
template <class V>
struct Square {
    static constexpr std::size_t size = sizeof(V) / sizeof(Lane<V>);
    static constexpr std::make_index_sequence<size> all{};

    V rows[size];

    /// The first `given` rows, row i from `first + i * stride`; zeros for the others.
    template <std::size_t... i>
    [[gnu::always_inline]] void read(const Lane<V>* first, Index stride, Index given,
                                     std::index_sequence<i...>) {
        ((rows[i] = Index{i} < given ? load<V>(first + Index{i} * stride) : V{}), ...);
    }
    /// `count` numbers of the first `given` rows; zeros for the others.
    template <std::size_t... i>
    [[gnu::always_inline]] void read_part(const Lane<V>* first, Index stride, Index given,
                                          Index count, std::index_sequence<i...>) {
        ((rows[i] = Index{i} < given ? load_up_to<V>(first + Index{i} * stride, count) : V{}), ...);
    }
    /// Row i to `first + i * stride`.
    template <std::size_t... i>
    [[gnu::always_inline]] void write(Lane<V>* first, Index stride,
                                      std::index_sequence<i...>) const {
        (store<V>(first + Index{i} * stride, rows[i]), ...);
    }
    template <std::size_t... i>
    [[gnu::always_inline]] void write_part(Lane<V>* first, Index stride, Index given, Index count,
                                           std::index_sequence<i...>) const {
        ((Index{i} < given ? store_up_to<V>(first + Index{i} * stride, rows[i], count) : void()),
         ...);
    }

    [[gnu::always_inline]] void transpose() { transpose_blocks<size / 2>(); }

  private:
    /// Swap the off-diagonal blocks of `distance` rows and lanes, then within the blocks.
    template <std::size_t distance>
    [[gnu::always_inline]] void transpose_blocks() {
        if constexpr (distance > 0) {
            swap_rows<distance>(all);
            transpose_blocks<distance / 2>();
        }
    }
    template <std::size_t distance, std::size_t... i>
    [[gnu::always_inline]] void swap_rows(std::index_sequence<i...>) {
        ((i & distance ? void() : swap_blocks<distance>(rows[i], rows[i | distance], all)), ...);
    }
    template <std::size_t distance, std::size_t... i>
    [[gnu::always_inline]] static void swap_blocks(V& upper, V& lower, std::index_sequence<i...>) {
        const V low = __builtin_shufflevector(
            upper, lower, static_cast<int>(i & distance ? i - distance + size : i)...);
        const V high = __builtin_shufflevector(
            upper, lower, static_cast<int>(i & distance ? i + size : i + distance)...);
        upper = low;
        lower = high;
    }
};

/// Rows that lie far apart are too many for the machine to see each of them coming: packing asks
/// for them so many before it reads them.
constexpr Index rows_ahead = 16;

/// Ask for `count` elements in the second cache: in the first, rows a power of two apart would
/// drive each other out.
template <class T>
[[gnu::always_inline]] inline void ask_for(const T* from, Index count) {
    for (Index i = 0; i < count; i += cache_line<T>) __builtin_prefetch(from + i, 0, 2);
}

/// `width` columns of `from`, each contiguous along the depth, beside each other.
template <class T>
[[gnu::always_inline]] inline void pack_columns(Matrix<const T> from, T* to, Index width) {
    using V = Vec<T>;
    constexpr Index size = lanes<V>;
    const Index stride = from.col_stride;
    for (Index c = 0; c < width; c += size) {
        const Index given = from.cols - c < size ? from.cols - c : size;
        const Index kept = width - c < size ? width - c : size;
        for (Index p = 0; p < from.rows; p += size) {
            const Index depths = from.rows - p < size ? from.rows - p : size;
            const T* const first = from.at(p, c);
            for (Index i = 0; i < given; ++i) __builtin_prefetch(from.at(p, c + width + i), 0, 2);
            Square<V> square;
            if (depths == size) {
                square.read(first, stride, given, square.all);
            } else {
                square.read_part(first, stride, given, depths, square.all);
            }
            square.transpose();
            // what a vector takes along, the next row overwrites, if there is one
            if (depths == size && (kept == size || (width < size && p + size < from.rows))) {
                square.write(to + p * width + c, width, square.all);
            } else {
                square.write_part(to + p * width + c, width, depths, kept, square.all);
            }
        }
    }
}

/// `width` columns that lie beside each other.
template <class T>
[[gnu::always_inline]] inline void pack_rows(Matrix<const T> from, T* to, Index width) {
    using V = Vec<T>;
    for (Index p = 0; p < from.rows; ++p) {
        __builtin_prefetch(from.at(p + rows_ahead, 0));
        for (Index c = 0; c < width; c += lanes<V>) {
            const V v = from.cols > c ? load_up_to<V>(from.at(p, c), from.cols - c) : V{};
            store_up_to<V>(to + p * width + c, v, width - c);
        }
    }
}

template <class T>
[[gnu::always_inline]] inline void pack_any(Matrix<const T> from, T* to, Index width) {
    if (from.col_stride == 1) return pack_rows(from, to, width);
    if (from.row_stride == 1) return pack_columns(from, to, width);
    for (Index p = 0; p < from.rows; ++p) {
        for (Index c = 0; c < width; ++c) {
            to[p * width + c] = c < from.cols ? *from.at(p, c) : 0;
        }
    }
}

/// Copy a panel, `from` (depth, at most `width`), so that its rows lie one after the other, filled
/// up with zeros.
template <class T>
void pack_panel(Matrix<const T> from, T* to, Index width) {
    const bool whole = from.cols == width;
    if (whole && width == tile_cols<T>) {  // said as constants, so that compilers can use them
        from.cols = tile_cols<T>;
        return pack_any(from, to, tile_cols<T>);
    }
    if (whole && width == tile_rows) {
        from.cols = tile_rows;
        return pack_any<T>(from, to, tile_rows);
    }
    pack_any(from, to, width);
}

/// Copy B (depth, cols) into panels of tile_cols columns, the last one filled up with zeros.
template <class T>
void pack_b(Matrix<const T> b, T* packed) {
    constexpr Index width = tile_cols<T>;
    const bool whole = b.cols % width == 0;
    if (b.col_stride == 1 && whole) {  // row by row: that is how memory is read best
        for (Index p = 0; p < b.rows; ++p) {
            for (Index j = 0; j < b.cols; j += width) {
                ask_for(b.at(p + rows_ahead, j), width);
                T* const to = packed + j * b.rows + p * width;
                store(to, load<Vec<T>>(b.at(p, j)));
                store(to + lanes<Vec<T>>, load<Vec<T>>(b.at(p, j + lanes<Vec<T>>)));
            }
        }
        return;
    }
    for (Index j = 0; j < b.cols; j += width) {
        const Index cols = b.cols - j < width ? b.cols - j : width;
        pack_panel<T>({b.at(0, j), b.rows, cols, b.row_stride, b.col_stride}, packed + j * b.rows,
                      width);
    }
}

/// Copy A^T (depth, rows), whose rows are contiguous, into a panel for each tile of A: row by row,
/// as memory is read best, for the rows may lie a power of two apart.
template <class T>
void pack_a_by_depth(Matrix<const T> from, const TileCut& cut, T* packed) {
    using V = Vec<T>;
    for (Index p = 0; p < from.rows; ++p) {
        ask_for(from.at(p + rows_ahead, 0), from.cols);
        for (Index t = 0; t < cut.tiles; ++t) {
            const Index begin = cut.begin(t);
            const Index width = cut.begin(t + 1) - begin;
            const T* const at = from.at(p, begin);
            T* const to = packed + begin * from.rows + p * width;
            const bool in_vector = width <= lanes<V> && 2 * width >= lanes<V>;
            if (in_vector && p + 1 < from.rows && begin + lanes<V> <= from.cols) {
                store(to, load<V>(at));  // what it takes along, the next row overwrites
                continue;
            }
            for (Index i = 0; i < width; i += lanes<V>) {
                store_up_to(to + i, load_up_to<V>(at + i, width - i), width - i);
            }
        }
    }
}
