// The matrix product: five loops around a micro-kernel, one source for every instruction set.
// Included inside an ISA namespace that defines tile_rows; see gemm.h for the contract.

/// Columns of a full tile: two vectors.
template <class T>
constexpr Index tile_cols = 2 * lanes<Vec<T>>;

/// Blocking: a panel of B (depth_block x tile_cols) stays in L1, a block of A (row_block x
/// depth_block) in L2, a block of B (depth_block x col_block) in L2 or L3.
constexpr Index depth_block = 256;
constexpr Index row_block = 16 * tile_rows;
constexpr Index col_block = 512;

/// What operand_a and operand_b may fill: a block of B and one of A, its last tile filled up.
constexpr Index gemm_scratch_size = depth_block * (col_block + row_block + tile_rows);

/// One tile of C: `rows` <= tile_rows, `cols` <= tile_cols. Consecutive depths of A are `a_step`
/// apart and its rows `a_row`; B's rows are `b_step` apart and each can be read in whole vectors.
template <class T>
struct Tile {
    Index depth;
    const T* a;
    Index a_row;
    Index a_step;
    const T* b;
    Index b_step;
    const T* start;  // the chains begin at start[i * start_row + j]; null: at zero
    Index start_row;
    T* c;
    Index c_row;
    Index cols;
};

template <class T, int R, int N, bool contiguous_rows>
void multiply_tile(const Tile<T>& t) {
    using V = Vec<T>;
    constexpr Index width = lanes<V>;
    const Index last = t.cols - (N - 1) * width;  // columns in the last vector
    const Index a_row = contiguous_rows ? 1 : t.a_row;
    const Index a_step = contiguous_rows ? t.a_step : 1;

    V sums[std::size_t{R}][std::size_t{N}];
    for (int i = 0; i < R; ++i) {
        for (int j = 0; j < N; ++j) {
            if (t.start == nullptr) {
                sums[i][j] = V{};
            } else {
                const T* from = t.start + i * t.start_row + j * width;
                sums[i][j] = load_up_to<V>(from, j + 1 < N ? width : last);
            }
        }
    }
    const T* a = t.a;
    const T* b = t.b;
    for (Index p = 0; p < t.depth; ++p, a += a_step, b += t.b_step) {
        V row[std::size_t{N}];
        for (int j = 0; j < N; ++j) row[j] = load<V>(b + j * width);
        for (int i = 0; i < R; ++i) {
            const V factor = broadcast<V>(a[i * a_row]);
            for (int j = 0; j < N; ++j) sums[i][j] += factor * row[j];
        }
    }
    for (int i = 0; i < R; ++i) {
        for (int j = 0; j < N; ++j) {
            store_up_to<V>(t.c + i * t.c_row + j * width, sums[i][j], j + 1 < N ? width : last);
        }
    }
}

/// The micro-kernel for each number of rows and vectors, and for both layouts of A.
template <class T>
struct TileTable {
    using Kernel = void (*)(const Tile<T>&);
    Kernel kernels[2][2][tile_rows];  // [A's rows contiguous][vectors - 1][rows - 1]

    template <std::size_t... I>
    static constexpr TileTable make(std::index_sequence<I...>) {
        return {{{{&multiply_tile<T, I + 1, 1, false>...}, {&multiply_tile<T, I + 1, 2, false>...}},
                 {{&multiply_tile<T, I + 1, 1, true>...}, {&multiply_tile<T, I + 1, 2, true>...}}}};
    }
};

template <class T>
constexpr TileTable<T> tile_table = TileTable<T>::make(std::make_index_sequence<tile_rows>{});

/// Copy A (rows, depth) so that the rows of each tile are contiguous: tile by tile, depth by depth.
template <class T>
void pack_a(Matrix<const T> a, Index rows_per_tile, T* packed) {
    for (Index i = 0; i < a.rows; i += rows_per_tile) {
        const Index rows = a.rows - i < rows_per_tile ? a.rows - i : rows_per_tile;
        T* to = packed + i * a.cols;
        for (Index r = 0; r < rows; ++r) {
            const T* from = a.at(i + r, 0);
            for (Index p = 0; p < a.cols; ++p) to[p * rows_per_tile + r] = from[p * a.col_stride];
        }
    }
}

/// Copy B (depth, cols) into panels of tile_cols columns, the last one filled up with zeros.
template <class T>
void pack_b(Matrix<const T> b, T* packed) {
    constexpr Index width = tile_cols<T>;
    for (Index j = 0; j < b.cols; j += width) {
        const Index cols = b.cols - j < width ? b.cols - j : width;
        T* to = packed + j * b.rows;
        for (Index p = 0; p < b.rows; ++p) {
            const T* from = b.at(p, j);
            for (Index c = 0; c < cols; ++c) to[p * width + c] = from[c * b.col_stride];
            for (Index c = cols; c < width; ++c) to[p * width + c] = 0;
        }
    }
}

/// A block of A or B as the tiles read it: packed, or in place.
template <class T>
struct Operand {
    const T* data;
    Index step;         // from one depth to the next
    Index tile_stride;  // from one row of A, or one panel of B, to the next
    bool packed;
};

template <class T>
void run_epilogue(const GemmArgs<T>& g, Index i, Index j, Index rows, Index cols) {
    const Matrix<T> c{g.c.at(i, j), rows, cols, g.c.row_stride};
    if (g.activate != nullptr) {
        g.activate(c, {g.activated.at(i, j), rows, cols, g.activated.row_stride}, g.alpha);
    }
    if (g.derive != nullptr) {
        g.derive({g.saved.at(i, j), rows, cols, g.saved.row_stride}, c, c, g.alpha);
    }
}

/// Rows in each tile: as even as possible, so that the last one is not a sliver.
inline Index rows_per_tile(Index rows) { return ceil_div(rows, ceil_div(rows, tile_rows)); }

/// Loops 2 and 1: the tiles of one block of C, down the rows for each panel of B.
template <class T>
void multiply_block(const GemmArgs<T>& g, Range rows, Range cols, Range depth, Operand<T> a,
                    Operand<T> b) {
    const bool first = depth.begin == 0;
    const bool last = depth.end == g.a.cols;
    const bool contiguous_rows = a.packed || g.a.row_stride == 1;
    const Index step = rows_per_tile(rows.size());
    for (Index j = cols.begin; j < cols.end; j += tile_cols<T>) {
        const Index n = cols.end - j < tile_cols<T> ? cols.end - j : tile_cols<T>;
        const Index vectors = ceil_div(n, lanes<Vec<T>>);
        const T* panel = b.data + (j - cols.begin) * b.tile_stride;
        for (Index i = rows.begin; i < rows.end; i += step) {
            const Index m = rows.end - i < step ? rows.end - i : step;
            T* c = g.c.at(i, j);
            const bool from_bias = first && !g.accumulate;
            const T* bias = g.bias == nullptr ? nullptr : g.bias + j;
            const Tile<T> tile{depth.size(),
                               a.data + (i - rows.begin) * a.tile_stride,
                               g.a.row_stride,
                               a.step,
                               panel,
                               b.step,
                               from_bias ? bias : c,
                               from_bias ? 0 : g.c.row_stride,
                               c,
                               g.c.row_stride,
                               n};
            tile_table<T>.kernels[contiguous_rows][vectors - 1][m - 1](tile);
            if (last) run_epilogue(g, i, j, m, n);
        }
    }
}

/// Sums of B's rows over one block of depth, continuing from the blocks before it.
template <class T>
void add_column_sums(const GemmArgs<T>& g, Range cols, Range depth, Operand<T> b) {
    for (Index j = cols.begin; j < cols.end; j += tile_cols<T>) {
        const Index n = cols.end - j < tile_cols<T> ? cols.end - j : tile_cols<T>;
        const T* panel = b.data + (j - cols.begin) * b.tile_stride;
        Vec<T> sums[2]{};
        for (Index p = 0; p < depth.size(); ++p) {
            for (int v = 0; v < 2; ++v) {
                const Index c = v * lanes<Vec<T>>;
                if (c < n) sums[v] += load<Vec<T>>(panel + p * b.step + c);
            }
        }
        T part[tile_cols<T>];
        for (int v = 0; v < 2; ++v) store(part + v * lanes<Vec<T>>, sums[v]);
        for (Index c = 0; c < n; ++c) {
            T& total = g.column_sums[j + c];
            total = depth.begin == 0 && !g.accumulate_sums ? part[c] : total + part[c];
        }
    }
}

/// Packing A pays when its block is read for many panels of B; it must when no stride of A is one.
template <class T>
Operand<T> operand_a(const GemmArgs<T>& g, Range rows, Range depth, Index panels, T* scratch) {
    const Matrix<const T> a{g.a.at(rows.begin, depth.begin), rows.size(), depth.size(),
                            g.a.row_stride, g.a.col_stride};
    const bool in_place = a.row_stride == 1 || a.col_stride == 1;
    if (in_place && (panels < 8 || rows.size() < tile_rows)) {
        return {a.data, a.col_stride, a.row_stride, false};
    }
    const Index step = rows_per_tile(rows.size());
    pack_a(a, step, scratch);
    return {scratch, step, depth.size(), true};
}

/// Packing B pays when its block is read for many tiles of rows; it must when its columns are
/// strided.
template <class T>
Operand<T> operand_b(const GemmArgs<T>& g, Range cols, Range depth, Index rows, T* scratch) {
    const Matrix<const T> b{g.b.at(depth.begin, cols.begin), depth.size(), cols.size(),
                            g.b.row_stride, g.b.col_stride};
    if (b.col_stride == 1 && rows < 8 * tile_rows) return {b.data, b.row_stride, 1, false};
    pack_b(b, scratch);
    return {scratch, tile_cols<T>, depth.size(), true};
}

/// The part of C in `rows` x `cols`. `scratch` holds gemm_scratch_size elements.
template <class T>
void gemm(const GemmArgs<T>& g, Range rows, Range cols, T* scratch) {
    T* scratch_a = scratch + depth_block * col_block;
    // loop 5: columns of B and C
    for (Index jc = cols.begin; jc < cols.end; jc += col_block) {
        const Range block_cols{jc, jc + col_block < cols.end ? jc + col_block : cols.end};
        Index pc = 0;
        // loop 4: depth, also once when there is none: an empty sum still has an epilogue
        do {
            const Range depth{pc, pc + depth_block < g.a.cols ? pc + depth_block : g.a.cols};
            const Operand<T> b = operand_b(g, block_cols, depth, rows.size(), scratch);
            if (g.column_sums != nullptr && rows.begin == 0) {
                add_column_sums(g, block_cols, depth, b);
            }
            // loop 3: rows of A and C
            for (Index ic = rows.begin; ic < rows.end; ic += row_block) {
                const Range block_rows{ic, ic + row_block < rows.end ? ic + row_block : rows.end};
                const Index panels = ceil_div(block_cols.size(), tile_cols<T>);
                const Operand<T> a = operand_a(g, block_rows, depth, panels, scratch_a);
                multiply_block(g, block_rows, block_cols, depth, a, b);
            }
            pc += depth_block;
        } while (pc < g.a.cols);
    }
}
