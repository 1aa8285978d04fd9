// The matrix product. Included inside an ISA namespace, after gemm_loops and gemm_swapped; see
// gemm.h for the contract.

/// The part of C in `rows` x `cols`. `scratch` holds gemm_scratch_size of this part and B's depth.
template <class T>
void gemm(const GemmArgs<T>& g, Range rows, Range cols, T* scratch) {
    if (pays_to_swap(g, rows.size(), cols.size())) {
        multiply_swapped(g, rows, cols, scratch);
    } else {
        multiply(g, rows, cols, scratch);
    }
}

/// Elements of scratch memory that a product of at most m x n, with a depth of at most k, may use.
template <class T>
Index gemm_scratch_size(Index m, Index n, Index k, bool updates) {
    if (updates) return update_scratch_size<T>(m, n, k);
    const Index looped = loops_scratch_size<T>(m, n, k);
    const Index swapped = swapped_scratch_size<T>(m, k);
    return looped > swapped ? looped : swapped;
}

/// The products in a range of a batch. `scratch` holds gemm_scratch_size of one.
template <class T>
void gemm_batch(const GemmBatch<T>& batch, Range products, T* scratch) {
    GemmArgs<T> one = batch.first;
    for (Index i = products.begin; i < products.end; ++i) {
        one.a.data = batch.first.a.data + i * batch.a_step;
        one.b.data = batch.first.b.data + i * batch.b_step;
        one.c.data = batch.first.c.data + i * batch.c_step;
        gemm(one, {0, one.c.rows}, {0, one.c.cols}, scratch);
    }
}
