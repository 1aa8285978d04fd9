// The matrix product: five loops around a micro-kernel, one source for every instruction set.
// Included inside an ISA namespace, after gemm_tile, gemm_pack and gemm_blocking; see gemm.h
// for the contract.

/// A block of A or B as the tiles read it: in place, or packed on the way, each tile of A and panel
/// of B right before it is first read.
template <class T>
struct Operand {
    const T* data;
    Index step;    // from one depth to the next
    Index across;  // from one row of A to the next; from one panel of B to the next
    T* packed;     // null: in place
    Index panels;  // of B there is room for: one more overwrites the first

    Index offset(Index col) const { return col / tile_cols<T> % panels * across; }
};

/// Loops 2 and 1 over one block: what stays the same for all its tiles.
template <class T>
struct Block {
    const GemmArgs<T>& g;
    Range rows;
    Range cols;
    Range depth;
    Operand<T> a;
    Operand<T> b;
    Matrix<T> c;
    bool first_rows;  // the block that packs B
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

/// Step along a block of the gradient.
template <class T>
void run_update(const GemmArgs<T>& g, Range rows, Range cols, Matrix<const T> gradient) {
    const Index stride = g.c.row_stride;
    const Index first = g.update_offset + rows.begin * stride + cols.begin;
    const UpdateArgs<T> args = g.update->block(first, rows.size(), cols.size(), stride,
                                               gradient.data, gradient.row_stride);
    if (!g.update->kernel(args)) *g.update_finite = false;
}

/// B packed beforehand comes from memory: while a panel is multiplied, its first tiles ask for the
/// next one, tile t for cache line t of every row. Tiles of one or two rows span several panels,
/// and read them as memory gives them.
template <class T>
Index ahead_in_b(const Block<T>& block, Index t, Range i, Range j) {
    constexpr Index line = 64 / sizeof(T);
    const Index at = t * line;
    const bool wanted = block.g.packed_b != nullptr && i.size() > 2 && at < tile_cols<T> &&
                        j.end < block.cols.size();
    return wanted ? block.b.across + at : 0;
}

/// Multiply rows i, those of tile t, and columns j of the block. `next`: see Tiles.
template <class T>
void multiply_columns(const Block<T>& block, Index t, Range i, Range j, Index next) {
    constexpr Index size = lanes<Vec<T>>;
    const GemmArgs<T>& g = block.g;
    const bool from_bias = block.depth.begin == 0 && !g.accumulate;
    const bool packed = block.a.packed != nullptr;
    const auto& kernels = tile_table<T>.kernels[packed || g.a.row_stride == 1];
    T* const c = block.c.at(i.begin, j.begin);
    const T* const bias = g.bias == nullptr ? nullptr : g.bias + block.cols.begin + j.begin;
    const Index vectors = tile_vectors(i.size());
    Tiles<T> tiles{.count = j.size() / (vectors * size),
                   .last = size,
                   .depth = block.depth.size(),
                   .a = block.a.data + i.begin * block.a.across,
                   .a_row = g.a.row_stride,
                   .a_step = packed ? i.size() : block.a.step,
                   .b = block.b.data + block.b.offset(j.begin),
                   .b_step = block.b.step,
                   .b_panel = block.b.across,
                   .ahead = ahead_in_b(block, t, i, j),
                   .start = from_bias ? bias : c,
                   .start_row = from_bias ? 0 : block.c.row_stride,
                   .c = c,
                   .c_row = block.c.row_stride,
                   .next = next};
    if (tiles.count > 0) kernels[vectors - 1][i.size() - 1](tiles);

    const Index done = tiles.count * vectors * size;
    const Index rest = j.size() - done;
    if (rest == 0) return;
    const Index rest_vectors = ceil_div(rest, size);
    tiles.count = 1;
    tiles.last = rest - (rest_vectors - 1) * size;
    tiles.b += done / tile_cols<T> * tiles.b_panel;
    if (tiles.start != nullptr) tiles.start += done;
    tiles.c += done;
    kernels[rest_vectors - 1][i.size() - 1](tiles);
}

/// Not inline, like the next: what they keep in registers would cost products that pack nothing.
template <class T>
[[gnu::noinline]] void pack_tile_of_a(const Block<T>& block, Range i) {
    const Matrix<const T>& a = block.g.a;
    const Matrix<const T> tile{a.at(block.rows.begin + i.begin, block.depth.begin), i.size(),
                               block.depth.size(), a.row_stride, a.col_stride};
    pack_panel(tile.transposed(), block.a.packed + i.begin * block.a.across, i.size());
}

/// The panels from column `begin` on.
template <class T>
[[gnu::noinline]] void pack_panels_of_b(const Block<T>& block, Index begin) {
    constexpr Index together = panels_together * tile_cols<T>;
    if (begin % together != 0) return;
    const Index end = block.cols.size() < begin + together ? block.cols.size() : begin + together;
    const Range j{begin, end};
    const Matrix<const T>& b = block.g.b;
    const Matrix<const T> part{b.at(block.depth.begin, block.cols.begin + j.begin),
                               block.depth.size(), j.size(), b.row_stride, b.col_stride};
    pack_b(part, block.b.packed + block.b.offset(j.begin));
}

/// Loops 2 and 1: the tiles of one block of C. Where the depth is short, C is what costs, and is
/// walked along its rows; else a panel of B stays near for all rows.
template <class T>
void multiply_block(const Block<T>& block) {
    const GemmArgs<T>& g = block.g;
    const TileCut cut = cut_tiles(block.rows.size());
    const Index tile = tile_vectors(block.rows.size()) * lanes<Vec<T>>;
    const bool along_rows = g.a.cols <= short_depth;
    const Index step = along_rows ? panels_together * tile_cols<T> : tile;
    const Index cols = block.cols.size();
    const Index steps = ceil_div(cols, step);
    const Index outer = along_rows ? cut.tiles : steps;
    const Index inner = along_rows ? steps : cut.tiles;
    const bool packs_a = block.a.packed != nullptr;
    const bool packs_b = block.b.packed != nullptr && block.first_rows;
    const bool last = block.depth.end == g.a.cols;
    const bool finishes = last && (g.activate != nullptr || g.derive != nullptr);
    for (Index x = 0; x < outer; ++x) {
        for (Index y = 0; y < inner; ++y) {
            const Index t = along_rows ? x : y;
            const Index begin = (along_rows ? y : x) * step;
            const Range i{cut.begin(t), cut.begin(t + 1)};
            const Range j{begin, begin + step < cols ? begin + step : cols};
            if (packs_a && begin == 0) pack_tile_of_a(block, i);
            if (packs_b && t == 0) pack_panels_of_b(block, j.begin);
            multiply_columns(block, t, i, j, along_rows ? tile : i.size() * block.c.row_stride);
            if (finishes) {
                run_epilogue(g, block.rows.begin + i.begin, block.cols.begin + j.begin, i.size(),
                             j.size());
            }
        }
    }
}

/// Sums of B's rows over one block of depth, continuing from the blocks before it.
template <class T>
void add_column_sums(const GemmArgs<T>& g, Range cols, Range depth) {
    constexpr Index width = lanes<Vec<T>>;
    const bool begins = depth.begin == 0 && !g.accumulate_sums;
    for (Index j = cols.begin; j < cols.end; j += width) {
        const Index n = cols.end - j;
        Vec<T> sums = begins ? Vec<T>{} : load_up_to<Vec<T>>(g.column_sums + j, n);
        for (Index p = depth.begin; p < depth.end; ++p) {
            if (g.b.col_stride == 1) {
                sums += load_up_to<Vec<T>>(g.b.at(p, j), n);
            } else {
                for (Index c = 0; c < width && c < n; ++c) sums[c] += *g.b.at(p, j + c);
            }
        }
        store_up_to<Vec<T>>(g.column_sums + j, sums, n);
    }
}

/// Packing A pays when its block is read for many panels of B; it must when no stride of A is one.
template <class T>
Operand<T> operand_a(const GemmArgs<T>& g, Range rows, Range depth, Index cols, T* scratch) {
    const Matrix<const T> a{g.a.at(rows.begin, depth.begin), rows.size(), depth.size(),
                            g.a.row_stride, g.a.col_stride};
    const bool in_place = a.row_stride == 1 || a.col_stride == 1;
    if (in_place && (cols < 8 * tile_cols<T> || rows.size() < tile_rows)) {
        return {a.data, a.col_stride, a.row_stride, nullptr, 0};
    }
    return {scratch, 0, depth.size(), scratch, 0};
}

/// Packing B pays when it is read for many tiles of rows, or lies so scattered that reading would
/// wait for it; it must when its columns are strided. A panel's row of two cache lines brings
/// enough at a time for the third cache, which is taken to be 16 times the second or more.
template <class T>
bool reads_b_in_place(const GemmArgs<T>& g, Index rows, Index cols) {
    constexpr Index item = sizeof(T);
    constexpr Index caches = tile_cols<T> * item >= 2 * 64 ? 16 : 1;
    const bool whole_vectors = g.b_padded || cols % tile_cols<T> == 0;
    if (g.b.col_stride != 1 || !whole_vectors) return false;
    const Index span = g.b.rows * g.b.row_stride * item;
    return rows <= 2 || (rows < 8 * tile_rows && span <= caches * second_cache_size());
}

template <class T>
Operand<T> operand_b(const GemmArgs<T>& g, Range cols, Range depth, Index rows, Index panels,
                     T* scratch) {
    constexpr Index width = tile_cols<T>;
    const Index all = ceil_div(cols.size(), width);
    if (g.packed_b != nullptr) {
        return {g.packed_b + cols.begin * g.b.rows + depth.begin * width, width, width * g.b.rows,
                nullptr, all};
    }
    if (reads_b_in_place(g, rows, cols.size())) {
        return {g.b.at(depth.begin, cols.begin), g.b.row_stride, width, nullptr, all};
    }
    return {scratch, width, width * depth.size(), scratch, panels};
}

/// The part of C in `rows` x `cols`. `scratch` holds gemm_scratch_size of this part and B's depth.
template <class T>
void multiply(const GemmArgs<T>& g, Range rows, Range cols, T* scratch) {
    const bool updates = g.update != nullptr;
    const GemmBlocking size = updates ? update_blocking<T>(rows.size(), cols.size(), g.a.cols)
                                      : blocking<T>(rows.size(), cols.size(), g.a.cols);
    T* const scratch_a = scratch + size.depth * size.panels * tile_cols<T>;
    T* const gradient = scratch_a + size.rows * size.depth;
    // loop 5: columns of B and C
    for (Index jc = cols.begin; jc < cols.end; jc += size.cols) {
        const Range block_cols{jc, jc + size.cols < cols.end ? jc + size.cols : cols.end};
        Index pc = 0;
        // loop 4: depth, also once when there is none: an empty sum still has an epilogue
        do {
            const Range depth{pc, pc + size.depth < g.a.cols ? pc + size.depth : g.a.cols};
            const Operand<T> b = operand_b(g, block_cols, depth, rows.size(), size.panels, scratch);
            if (g.column_sums != nullptr && rows.begin == 0) add_column_sums(g, block_cols, depth);
            // loop 3: rows of A and C
            for (Index ic = rows.begin; ic < rows.end; ic += size.rows) {
                const Range block_rows{ic, ic + size.rows < rows.end ? ic + size.rows : rows.end};
                const Operand<T> a = operand_a(g, block_rows, depth, block_cols.size(), scratch_a);
                const Matrix<T> c{updates ? gradient : g.c.at(ic, jc), block_rows.size(),
                                  block_cols.size(), updates ? size.cols : g.c.row_stride};
                multiply_block<T>({g, block_rows, block_cols, depth, a, b, c, ic == rows.begin});
                if (updates) run_update<T>(g, block_rows, block_cols, c);
            }
            pc += size.depth;
        } while (pc < g.a.cols);
    }
}
