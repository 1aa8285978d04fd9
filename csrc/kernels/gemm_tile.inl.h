// The micro-kernel: one tile of C, held in registers along the whole depth.
// Included inside an ISA namespace that defines tile_rows, after simd/vec.inl.h.

/// Elements of a cache line.
template <class T>
constexpr Index cache_line = 64 / sizeof(T);

/// Columns of a panel of B, and of a tile with many rows: two vectors.
template <class T>
constexpr Index tile_cols = 2 * lanes<Vec<T>>;

/// Vectors side by side in a tile of so many rows: few rows take more, since multiply-adds that do
/// not wait for each other are what fills the pipeline.
constexpr int tile_vectors(Index rows) { return rows == 1 ? 8 : (rows == 2 ? 4 : 2); }

/// How many tiles of so many rows lie side by side in so many columns: divided by constants.
template <class T>
inline Index whole_tiles(Index cols, Index rows) {
    constexpr Index size = lanes<Vec<T>>;
    if (rows == 1) return cols / (tile_vectors(1) * size);
    if (rows == 2) return cols / (tile_vectors(2) * size);
    return cols / (tile_vectors(3) * size);
}

/// Tiles of C side by side: `rows` <= tile_rows, each of up to tile_vectors(rows) vectors.
/// Consecutive depths of A are `a_step` apart and its rows `a_row`; those of B `b_step`, and its
/// panels `b_panel`. Each row of a panel can be read in whole vectors.
template <class T>
struct Tiles {
    Index count;
    Index last;  // columns in the last vector of each; of several, all
    Index depth;
    const T* a;
    Index a_row;
    Index a_step;
    const T* b;
    Index b_step;
    Index b_panel;
    const T* ask;  // what is asked for meanwhile, a cache line each depth, `ask_step` apart; from
                   // one panel to the next as far as B's
    Index ask_step;
    const T* start;  // the chains begin at start[i * start_row + j]; null: at zero
    Index start_row;
    T* c;
    Index c_row;
    Index next;  // how far from each the one that will be multiplied after it lies
};

/// A tile's sums, R rows of N vectors, all of them in registers: every access is written out by a
/// fold, for compilers keep an array that a loop walks over in memory.
template <class V, int R, int N>
struct Sums {
    static constexpr std::make_index_sequence<std::size_t{R} * N> all{};
    static constexpr std::make_index_sequence<std::size_t{N}> row{};

    V v[std::size_t{R} * N];

    template <std::size_t... I>
    [[gnu::always_inline]] void clear(std::index_sequence<I...>) {
        ((v[I] = V{}), ...);
    }
    /// Of the last vector only `last` lanes are there.
    template <bool whole, std::size_t... I>
    [[gnu::always_inline]] void read(const Lane<V>* from, Index stride, Index last,
                                     std::index_sequence<I...>) {
        ((v[I] = whole || I % N + 1 < N ? load<V>(place<I>(from, stride))
                                        : load_up_to<V>(place<I>(from, stride), last)),
         ...);
    }
    template <bool whole, std::size_t... I>
    [[gnu::always_inline]] void write(Lane<V>* to, Index stride, Index last,
                                      std::index_sequence<I...>) const {
        (store_up_to<V>(place<I>(to, stride), v[I], whole || I % N + 1 < N ? lanes<V> : last), ...);
    }
    /// Add the product of a column of A and a row of B.
    template <std::size_t... J, std::size_t... I>
    [[gnu::always_inline]] void add(const Lane<V>* a, Index a_row, const Lane<V>* b, Index b_panel,
                                    std::index_sequence<J...>, std::index_sequence<I...>) {
        const V right[]{load<V>(b + static_cast<Index>(J / 2) * b_panel +
                                static_cast<Index>(J % 2) * lanes<V>)...};
        ((v[I] += broadcast<V>(a[static_cast<Index>(I / N) * a_row]) * right[I % N]), ...);
    }

  private:
    template <std::size_t i, class P>
    [[gnu::always_inline]] static P* place(P* first, Index stride) {
        return first + static_cast<Index>(i / N) * stride + static_cast<Index>(i % N) * lanes<V>;
    }
};

template <class T, int R, int N, bool contiguous_rows>
void multiply_tiles(const Tiles<T>& t) {
    using V = Vec<T>;
    using S = Sums<V, R, N>;
    constexpr Index cols = N * lanes<V>;
    constexpr Index panels = (N + 1) / 2;
    const bool whole = t.last == lanes<V>;
    const Index a_row = contiguous_rows ? 1 : t.a_row;
    const Index a_step = contiguous_rows ? t.a_step : 1;
    for (Index n = 0; n < t.count; ++n) {
        const T* const start = t.start + n * cols;
        T* const c = t.c + n * cols;
        S sums;
        if (t.start == nullptr) {
            sums.clear(S::all);
        } else if (whole) {
            sums.template read<true>(start, t.start_row, t.last, S::all);
        } else {
            sums.template read<false>(start, t.start_row, t.last, S::all);
        }
        for (int i = 0; i < R; ++i) __builtin_prefetch(c + t.next + i * t.c_row);
        const T* a = t.a;
        const T* b = t.b + n * panels * t.b_panel;
        const T* ask = t.ask + n * panels * t.b_panel;
        for (Index p = 0; p < t.depth; ++p, a += a_step, b += t.b_step, ask += t.ask_step) {
            __builtin_prefetch(ask, 0, 2);
            sums.add(a, a_row, b, t.b_panel, S::row, S::all);
        }
        if (whole) {
            sums.template write<true>(c, t.c_row, t.last, S::all);
        } else {
            sums.template write<false>(c, t.c_row, t.last, S::all);
        }
    }
}

/// The micro-kernel for each number of rows and vectors, and for both layouts of A.
template <class T>
struct TileTable {
    using Kernel = void (*)(const Tiles<T>&);
    Kernel kernels[2][8][tile_rows];  // [A's rows contiguous][vectors - 1][rows - 1]

    template <int R, int N, bool contiguous>
    static constexpr Kernel kernel() {
        if constexpr (N <= tile_vectors(R)) {
            return &multiply_tiles<T, R, N, contiguous>;
        } else {
            return nullptr;
        }
    }
    template <bool contiguous, std::size_t... I>
    constexpr void fill(std::index_sequence<I...>) {
        ((kernels[contiguous][I / tile_rows][I % tile_rows] =
              kernel<I % tile_rows + 1, I / tile_rows + 1, contiguous>()),
         ...);
    }
    static constexpr TileTable make() {
        TileTable table{};
        table.template fill<false>(std::make_index_sequence<8 * tile_rows>{});
        table.template fill<true>(std::make_index_sequence<8 * tile_rows>{});
        return table;
    }
};

template <class T>
constexpr TileTable<T> tile_table = TileTable<T>::make();
