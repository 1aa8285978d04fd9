// Recurrent cells: what cells.h says. Included inside an ISA namespace, after simd/vec.inl.h.

/// Call `body(i, j, count)` for each vector of a matrix so large, of which `count` lanes are there.
template <class T, class Body>
[[gnu::always_inline]] inline void for_each_vector(Index rows, Index cols, const Body& body) {
    for (Index i = 0; i < rows; ++i) {
        for (Index j = 0; j < cols; j += lanes<Vec<T>>) body(i, j, cols - j);
    }
}

/// A vector of a matrix, or of zeros where it has no data.
template <class T>
[[gnu::always_inline]] inline Vec<T> vector_or_zeros(const Matrix<const T>& from, Index i, Index j,
                                                     Index count) {
    return from.data == nullptr ? Vec<T>{} : load_up_to<Vec<T>>(from.at(i, j), count);
}

template <class T>
void lstm_forward(Matrix<const T> gates, Matrix<const T> before, Matrix<T> c) {
    using V = Vec<T>;
    const Index units = c.cols;
    for_each_vector<T>(c.rows, units, [&](Index i, Index j, Index count) {
        const V in = load_up_to<V>(gates.at(i, j), count);
        const V kept = load_up_to<V>(gates.at(i, units + j), count);
        const V candidate = load_up_to<V>(gates.at(i, 2 * units + j), count);
        const V was = vector_or_zeros(before, i, j, count);
        store_up_to<V>(c.at(i, j), in * candidate + kept * was, count);
    });
}

template <class T>
void lstm_backward(const LSTMGradient<T>& g) {
    using V = Vec<T>;
    const Index units = g.dc.cols;
    for_each_vector<T>(g.dc.rows, units, [&](Index i, Index j, Index count) {
        const V in = load_up_to<V>(g.gates.at(i, j), count);
        const V kept = load_up_to<V>(g.gates.at(i, units + j), count);
        const V candidate = load_up_to<V>(g.gates.at(i, 2 * units + j), count);
        const V dc = load_up_to<V>(g.dc.at(i, j), count) + load_up_to<V>(g.through.at(i, j), count);
        const V dout =
            load_up_to<V>(g.dh.at(i, j), count) * load_up_to<V>(g.activated.at(i, j), count);
        store_up_to<V>(g.dgates.at(i, j), dc * candidate, count);
        store_up_to<V>(g.dgates.at(i, units + j), dc * vector_or_zeros(g.before, i, j, count),
                       count);
        store_up_to<V>(g.dgates.at(i, 2 * units + j), dc * in, count);
        store_up_to<V>(g.dgates.at(i, 3 * units + j), dout, count);
        store_up_to<V>(g.dc.at(i, j), dc * kept, count);
    });
}

template <class T>
void gru_forward(Matrix<const T> kept, Matrix<const T> candidate, Matrix<const T> before,
                 Matrix<T> h) {
    using V = Vec<T>;
    for_each_vector<T>(h.rows, h.cols, [&](Index i, Index j, Index count) {
        const V share = load_up_to<V>(kept.at(i, j), count);
        const V fresh = load_up_to<V>(candidate.at(i, j), count);
        const V was = vector_or_zeros(before, i, j, count);
        store_up_to<V>(h.at(i, j), share * was + (1 - share) * fresh, count);
    });
}

template <class T>
void gru_backward(const GRUGradient<T>& g) {
    using V = Vec<T>;
    for_each_vector<T>(g.dh.rows, g.dh.cols, [&](Index i, Index j, Index count) {
        const V share = load_up_to<V>(g.kept.at(i, j), count);
        const V fresh = load_up_to<V>(g.candidate.at(i, j), count);
        const V dh = load_up_to<V>(g.dh.at(i, j), count);
        const V was = vector_or_zeros(g.before, i, j, count);
        store_up_to<V>(g.dkept.at(i, j), dh * (was - fresh), count);
        store_up_to<V>(g.dcandidate.at(i, j), dh * (1 - share), count);
        store_up_to<V>(g.dh.at(i, j), dh * share, count);
    });
}

template <class T>
constexpr LSTMKernels<T> lstm_kernels{&lstm_forward<T>, &lstm_backward<T>};

template <class T>
constexpr GRUKernels<T> gru_kernels{&gru_forward<T>, &gru_backward<T>};
