// Sums and products of whole matrices, and the sum of squares. Included inside an ISA namespace.

/// c = a + b; c may be a or b.
template <class T>
void add(Matrix<const T> a, Matrix<const T> b, Matrix<T> c) {
    for (Index i = 0; i < a.rows; ++i) {
        for (Index j = 0; j < a.cols; ++j) *c.at(i, j) = *a.at(i, j) + *b.at(i, j);
    }
}

/// c = a * b, elementwise; c may be a or b.
template <class T>
void multiply_elements(Matrix<const T> a, Matrix<const T> b, Matrix<T> c) {
    for (Index i = 0; i < a.rows; ++i) {
        for (Index j = 0; j < a.cols; ++j) *c.at(i, j) = *a.at(i, j) * *b.at(i, j);
    }
}

/// Added up in float64, in eight interleaved chains, so that the order is the same on every
/// machine.
template <class T>
double sum_of_squares(const T* x, Index count) {
    double chains[8]{};
    Index i = 0;
    for (; i + 8 <= count; i += 8) {
        for (Index c = 0; c < 8; ++c)
            chains[c] += static_cast<double>(x[i + c]) * static_cast<double>(x[i + c]);
    }
    for (Index c = 0; i < count; ++i, ++c)
        chains[c] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
    double total = 0;
    for (const double chain : chains) total += chain;
    return total;
}
