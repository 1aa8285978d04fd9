// Softmax over each row. Included inside an ISA namespace, after simd/math.inl.h.

/// softmax(z)_j = exp(z_j - largest) / sum.
template <class T>
struct SoftmaxParts {
    T largest;
    T sum;
    Vec<T> last;  // exp(z - largest) of the row's last vector
};

/// `exps` (n) receives exp(z - largest) of all vectors but the last, which need not go through
/// memory; it may be z. Nothing is written if it is null.
template <class T>
inline SoftmaxParts<T> softmax_parts(const T* z, Index n, T* exps) {
    using V = Vec<T>;
    V top = load_up_to<V>(z, n, z[0]);
    for (Index j = lanes<V>; j < n; j += lanes<V>)
        top = max(top, load_up_to<V>(z + j, n - j, z[0]));
    const T best = largest(top);
    V total = V{};
    V e = V{};
    for (Index j = 0; j < n; j += lanes<V>) {
        e = exp(load_up_to<V>(z + j, n - j) - best);
        if (exps != nullptr && j + lanes<V> < n) store<V>(exps + j, e);
        total += first_lanes(e, n - j);
    }
    return {best, sum(total), e};
}

/// The vector from column j on, after softmax_parts.
template <class T>
inline Vec<T> softmax_exps(const SoftmaxParts<T>& parts, const T* exps, Index j, Index n) {
    return j + lanes<Vec<T>> < n ? load<Vec<T>>(exps + j) : parts.last;
}

template <class T>
void softmax(Matrix<const T> z, Matrix<T> a) {
    using V = Vec<T>;
    for (Index i = 0; i < z.rows; ++i) {
        T* const row = a.at(i, 0);
        const SoftmaxParts<T> parts = softmax_parts(z.at(i, 0), z.cols, row);
        for (Index j = 0; j < z.cols; j += lanes<V>) {
            store_up_to<V>(row + j, softmax_exps(parts, row, j, z.cols) / parts.sum, z.cols - j);
        }
    }
}

/// dz = a * (da - sum(a * da)).
template <class T>
void softmax_backward(Matrix<const T> a, Matrix<const T> da, Matrix<T> dz) {
    using V = Vec<T>;
    for (Index i = 0; i < a.rows; ++i) {
        V product = V{};
        for (Index j = 0; j < a.cols; j += lanes<V>) {
            product +=
                load_up_to<V>(a.at(i, j), a.cols - j) * load_up_to<V>(da.at(i, j), a.cols - j);
        }
        const T mean = sum(product);
        for (Index j = 0; j < a.cols; j += lanes<V>) {
            const V share = load_up_to<V>(a.at(i, j), a.cols - j);
            const V change = load_up_to<V>(da.at(i, j), a.cols - j) - mean;
            store_up_to<V>(dz.at(i, j), share * change, a.cols - j);
        }
    }
}
