// What weights are held to. Included inside an ISA namespace, after kernels/normalization.inl.h.

/// What numbers of such a norm are multiplied by; NaN where it is infinite.
template <class V>
inline V shortening(V norm, V most) {
    const V one = broadcast<V>(1);
    return norm > most ? most / norm + (norm - norm) : one;
}

template <class T>
struct SquaredColumn {
    Column<T> x;
    Vec<T> operator()(Index i) const {
        const Vec<T> one = x(i);
        return one * one;
    }
};

template <class T>
bool limit_columns(Matrix<T> w, T most) {
    using V = Vec<T>;
    V zeros = V{};
    for (Index j = 0; j < w.cols; j += lanes<V>) {
        const Column<T> x{w, j};
        const V norm = sqrt(sum_of_rows<V>(w.rows, SquaredColumn<T>{x}));
        const V factor = shortening(norm, broadcast<V>(most));
        for (Index i = 0; i < w.rows; ++i) store_up_to(w.at(i, j), x(i) * factor, x.count());
        zeros += norm * 0;
    }
    return sum(zeros) == 0;
}

template <class T>
bool limit_rows(Matrix<T> w, T most) {
    using V = Vec<T>;
    V zeros = V{};
    for (Index i = 0; i < w.rows; ++i) {
        V squares = V{};
        for (Index j = 0; j < w.cols; j += lanes<V>) {
            const V x = load_up_to<V>(w.at(i, j), w.cols - j);
            squares += x * x;
        }
        const V norm = sqrt(broadcast<V>(sum(squares)));
        const V factor = shortening(norm, broadcast<V>(most));
        for (Index j = 0; j < w.cols; j += lanes<V>) {
            const V x = load_up_to<V>(w.at(i, j), w.cols - j);
            store_up_to(w.at(i, j), x * factor, w.cols - j);
        }
        zeros += norm * 0;
    }
    return sum(zeros) == 0;
}
