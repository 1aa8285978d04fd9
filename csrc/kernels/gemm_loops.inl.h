// The product by blocks: loops 5 to 3. Included inside an ISA namespace, after gemm_block.

/// Sums of B's rows over one block of depth, continuing from the blocks before it.
template <class T>
void add_column_sums(const GemmArgs<T>& g, Range cols, Range depth) {
    constexpr Index width = lanes<Vec<T>>;
    const bool begins = depth.begin == 0 && !g.sums.accumulate;
    for (Index j = cols.begin; j < cols.end; j += width) {
        const Index n = cols.end - j;
        Vec<T> sums = begins ? Vec<T>{} : load_up_to<Vec<T>>(g.sums.into + j, n);
        for (Index p = depth.begin; p < depth.end; ++p) {
            if (g.b.col_stride == 1) {
                sums += load_up_to<Vec<T>>(g.b.at(p, j), n);
            } else {
                for (Index c = 0; c < width && c < n; ++c) sums[c] += *g.b.at(p, j + c);
            }
        }
        store_up_to<Vec<T>>(g.sums.into + j, sums, n);
    }
}

/// A stride may be negative.
inline Index size_of(Index stride) { return stride < 0 ? -stride : stride; }

/// Packing A pays when its block is read for many panels of B, and sooner where rows that lie 4 KB
/// apart share few places in the first cache; it must when no stride of A is one.
template <class T>
BlockOfA<T> block_of_a(const GemmArgs<T>& g, Range rows, Range depth, Index cols, T* scratch) {
    const Matrix<const T> a{g.a.at(rows.begin, depth.begin), rows.size(), depth.size(),
                            g.a.row_stride, g.a.col_stride};
    constexpr Index apart = 4096 / static_cast<Index>(sizeof(T));
    const bool in_place = a.row_stride == 1 || a.col_stride == 1;
    const bool near = size_of(a.row_stride) < apart && size_of(a.col_stride) < apart;
    const Index few = (near ? 20 : 8) * tile_cols<T>;
    if (in_place && (cols < few || rows.size() < tile_rows)) {
        return {a.data, false, a.col_stride, a.row_stride, nullptr};
    }
    return {scratch, true, 0, depth.size(), scratch};
}

/// Does B come from a cache quickly enough to be read in place? A panel's row of two cache lines
/// brings enough at a time for half the third cache, which is taken to be 16 times the second or
/// more.
template <class T>
bool b_is_near(const GemmArgs<T>& g) {
    constexpr Index item = sizeof(T);
    constexpr Index caches = tile_cols<T> >= 2 * cache_line<T> ? 8 : 1;
    const Index by_rows = g.b.rows * size_of(g.b.row_stride);
    const Index by_cols = g.b.cols * size_of(g.b.col_stride);
    return (by_rows > by_cols ? by_rows : by_cols) * item <= caches * second_cache_size();
}

/// Packing B pays when it is read for many tiles of rows, or lies so scattered that reading would
/// wait for it; it must when its columns are strided.
template <class T>
bool reads_b_in_place(const GemmArgs<T>& g, Index rows, Index cols) {
    const bool whole_vectors = g.b_padded || cols % tile_cols<T> == 0;
    if (g.b.col_stride != 1 || !whole_vectors) return false;
    return rows <= 2 || (rows < 8 * tile_rows && b_is_near(g));
}

template <class T>
BlockOfB<T> block_of_b(const GemmArgs<T>& g, Range cols, Range depth, Index rows, T* scratch) {
    constexpr Index width = tile_cols<T>;
    if (g.packed_b != nullptr) {
        return {g.packed_b + cols.begin * g.b.rows + depth.begin * width, width, width * g.b.rows,
                nullptr};
    }
    if (reads_b_in_place(g, rows, cols.size())) {
        return {g.b.at(depth.begin, cols.begin), g.b.row_stride, width, nullptr};
    }
    return {scratch, width, width * depth.size(), scratch};
}

/// B packed beforehand comes from memory: each panel's tiles ask for the next one.
template <class T>
Ahead<T> next_panels(const GemmArgs<T>& g, const BlockOfB<T>& b, Index cols) {
    if (g.packed_b == nullptr) return {};
    return {.data = b.data + b.across,
            .step = b.step,
            .width = tile_cols<T>,
            .across = b.across,
            .cols = cols - tile_cols<T>};
}

/// Step along a block of the gradient.
template <class T>
void run_update(const GemmArgs<T>& g, Range rows, Range cols, Matrix<const T> gradient) {
    const Index stride = g.c.row_stride;
    const Index first = g.step.offset + rows.begin * stride + cols.begin;
    const UpdateArgs<T> args = g.step.update->block(first, rows.size(), cols.size(), stride,
                                                    gradient.data, gradient.row_stride);
    if (!g.step.update->kernel(args)) *g.step.finite = false;
}

/// The part of C in `rows` x `cols`. `scratch` holds gemm_scratch_size of this part and B's depth.
template <class T>
void multiply(const GemmArgs<T>& g, Range rows, Range cols, T* scratch) {
    const bool updates = g.step.update != nullptr;
    const GemmBlocking size = updates ? update_blocking<T>(rows.size(), cols.size(), g.a.cols)
                                      : blocking<T>(rows.size(), cols.size(), g.a.cols);
    T* const scratch_a = scratch + size.depth * size.cols;
    T* const gradient = scratch_a + size.rows * size.depth;
    // loop 5: columns of B and C
    for (Index jc = cols.begin; jc < cols.end; jc += size.cols) {
        const Range block_cols = stretch(jc, size.cols, cols.end);
        Index pc = 0;
        // loop 4: depth, also once when there is none: an empty sum still has an epilogue
        do {
            const Range depth = stretch(pc, size.depth, g.a.cols);
            BlockOfB<T> b = block_of_b(g, block_cols, depth, rows.size(), scratch);
            const Ahead<T> ahead = next_panels(g, b, block_cols.size());
            if (g.sums.into != nullptr && rows.begin == 0) add_column_sums(g, block_cols, depth);
            // loop 3: rows of A and C
            for (Index ic = rows.begin; ic < rows.end; ic += size.rows) {
                const Range block_rows = stretch(ic, size.rows, rows.end);
                const BlockOfA<T> a =
                    block_of_a(g, block_rows, depth, block_cols.size(), scratch_a);
                const Matrix<T> c{updates ? gradient : g.c.at(ic, jc), block_rows.size(),
                                  block_cols.size(), updates ? size.cols : g.c.row_stride};
                multiply_block<T>({g, block_rows, block_cols, depth, a, b, c, ahead});
                if (updates) run_update<T>(g, block_rows, block_cols, c);
                b.to_pack = nullptr;
            }
            pc += size.depth;
        } while (pc < g.a.cols);
    }
}
