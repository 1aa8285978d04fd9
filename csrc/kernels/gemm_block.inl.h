// One block of the product: loops 2 and 1 around the micro-kernel. Included inside an ISA
// namespace, after gemm_tile, gemm_pack and gemm_blocking.

/// A block of A as the tiles read it.
template <class T>
struct BlockOfA {
    const T* data;
    bool packed;   // each tile's depths lie as many elements apart as it has rows
    Index step;    // else: from one depth to the next
    Index across;  // from one row to the next
    T* to_pack;    // where each tile is packed right before it is first read; null: it is there
};

/// A block of B as the tiles read it.
template <class T>
struct BlockOfB {
    const T* data;
    Index step;    // from one depth to the next
    Index across;  // from one panel to the next
    T* to_pack;    // where each panel is packed right before it is first read; null: it is there

    Index offset(Index col) const { return col / tile_cols<T> * across; }
};

/// What is read from memory after a block: its tiles ask for it, tile t for cache line t of each
/// row.
template <class T>
struct Ahead {
    const T* data;
    Index step;        // from one row, a depth, to the next
    Index width;       // of a row
    Index across = 0;  // from what the first panel's tiles ask for to what the next one's do
    Index cols;        // of so many columns the tiles ask; 0: nothing
};

/// Loops 2 and 1 over one block: what stays the same for all its tiles.
template <class T>
struct Block {
    const GemmArgs<T>& g;
    Range rows;
    Range cols;
    Range depth;
    BlockOfA<T> a;
    BlockOfB<T> b;
    Matrix<T> c;
    Ahead<T> ahead;
};

template <class T>
void run_epilogue(const GemmArgs<T>& g, Index i, Index j, Index rows, Index cols) {
    const Matrix<T> c{g.c.at(i, j), rows, cols, g.c.row_stride};
    if (g.epilogue.activate != nullptr) {
        g.epilogue.activate(
            c, {g.epilogue.activated.at(i, j), rows, cols, g.epilogue.activated.row_stride},
            g.epilogue.alpha);
    }
    if (g.epilogue.derive != nullptr) {
        g.epilogue.derive({g.epilogue.saved.at(i, j), rows, cols, g.epilogue.saved.row_stride}, c,
                          c, g.epilogue.alpha);
    }
}

/// Where tile t of rows i and columns j begins to ask, or null. Tiles of one or two rows span
/// several panels, and read them as memory gives them.
template <class T>
const T* asks_for(const Block<T>& block, Index t, Range i, Range j) {
    const Ahead<T>& ahead = block.ahead;
    const Index at = t * cache_line<T>;
    const bool asks = i.size() > 2 && j.begin < ahead.cols && at < ahead.width;
    return asks ? ahead.data + j.begin / tile_cols<T> * ahead.across + at : nullptr;
}

/// Multiply rows i, those of tile t, and columns j of the block. `next`: see Tiles.
template <class T>
void multiply_columns(const Block<T>& block, Index t, Range i, Range j, Index next) {
    constexpr Index size = lanes<Vec<T>>;
    const GemmArgs<T>& g = block.g;
    const bool from_bias = block.depth.begin == 0 && !g.start.accumulate;
    const bool packed = block.a.packed;
    const auto& kernels = tile_table<T>.kernels[packed || g.a.row_stride == 1];
    const T* const b = block.b.data + block.b.offset(j.begin);
    const T* const ask = asks_for(block, t, i, j);
    T* const c = block.c.at(i.begin, j.begin);
    const T* const bias =
        g.start.bias == nullptr ? nullptr : g.start.bias + block.cols.begin + j.begin;
    const Index vectors = tile_vectors(i.size());
    Tiles<T> tiles{.count = whole_tiles<T>(j.size(), i.size()),
                   .last = size,
                   .depth = block.depth.size(),
                   .a = block.a.data + i.begin * block.a.across,
                   .a_row = g.a.row_stride,
                   .a_step = packed ? i.size() : block.a.step,
                   .b = b,
                   .b_step = block.b.step,
                   .b_panel = block.b.across,
                   .ask = ask == nullptr ? b : ask,
                   .ask_step = ask == nullptr ? block.b.step : block.ahead.step,
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
    tiles.ask += done / tile_cols<T> * tiles.b_panel;
    if (tiles.start != nullptr) tiles.start += done;
    tiles.c += done;
    kernels[rest_vectors - 1][i.size() - 1](tiles);
}

/// Not inline, like the next: what they keep in registers would cost products that pack nothing.
/// Where A^T is read row by row, the first tile packs for all.
template <class T>
[[gnu::noinline]] void pack_tile_of_a(const Block<T>& block, const TileCut& cut, Index t) {
    const Matrix<const T>& a = block.g.a;
    const bool by_depth = a.row_stride == 1;
    if (by_depth && t > 0) return;
    const Range i = by_depth ? Range{0, block.rows.size()} : Range{cut.begin(t), cut.begin(t + 1)};
    const Matrix<const T> part{a.at(block.rows.begin + i.begin, block.depth.begin), i.size(),
                               block.depth.size(), a.row_stride, a.col_stride};
    T* const to = block.a.to_pack + i.begin * block.a.across;
    if (by_depth) {
        pack_a_by_depth(part.transposed(), cut, to);
    } else {
        pack_panel(part.transposed(), to, i.size());
    }
}

/// The panels from column `begin` on.
template <class T>
[[gnu::noinline]] void pack_panels_of_b(const Block<T>& block, Index begin) {
    constexpr Index together = panels_together * tile_cols<T>;
    if (begin % together != 0) return;
    const Range j = stretch(begin, together, block.cols.size());
    const Matrix<const T>& b = block.g.b;
    const Matrix<const T> part{b.at(block.depth.begin, block.cols.begin + j.begin),
                               block.depth.size(), j.size(), b.row_stride, b.col_stride};
    pack_b(part, block.b.to_pack + block.b.offset(j.begin));
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
    const Index steps = cols <= step ? cols > 0 : ceil_div(cols, step);
    const Index outer = along_rows ? cut.tiles : steps;
    const Index inner = along_rows ? steps : cut.tiles;
    const bool last = block.depth.end == g.a.cols;
    const bool finishes = last && g.epilogue.is_any();
    for (Index x = 0; x < outer; ++x) {
        for (Index y = 0; y < inner; ++y) {
            const Index t = along_rows ? x : y;
            const Index begin = (along_rows ? y : x) * step;
            const Range i{cut.begin(t), cut.begin(t + 1)};
            const Range j = stretch(begin, step, cols);
            if (block.a.to_pack != nullptr && begin == 0) pack_tile_of_a(block, cut, t);
            if (block.b.to_pack != nullptr && t == 0) pack_panels_of_b(block, j.begin);
            multiply_columns(block, t, i, j, along_rows ? tile : i.size() * block.c.row_stride);
            if (finishes) {
                run_epilogue(g, block.rows.begin + i.begin, block.cols.begin + j.begin, i.size(),
                             j.size());
            }
        }
    }
}
