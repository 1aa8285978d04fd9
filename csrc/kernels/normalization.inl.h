// Batch and layer normalization. Included inside an ISA namespace, after simd/vec.inl.h.

/// The sum of a column's numbers. Four chains lie side by side, so that no addition waits for the
/// one before; how they are added up goes by the number of rows alone. `Term` gives the number of a
/// row, of as many columns as a vector has.
template <class V, class Term>
inline V sum_of_rows(Index rows, const Term& term) {
    V chains[4] = {};
    Index i = 0;
    for (; i + 4 <= rows; i += 4) {
        for (Index c = 0; c < 4; ++c) chains[c] += term(i + c);
    }
    for (; i < rows; ++i) chains[0] += term(i);
    return (chains[0] + chains[1]) + (chains[2] + chains[3]);
}

/// A vector of columns from number `first` on.
template <class T>
struct Column {
    Matrix<const T> of;
    Index first;

    Index count() const { return of.cols - first; }
    Vec<T> operator()(Index i) const { return load_up_to<Vec<T>>(of.at(i, first), count()); }
};

/// A mean, as two numbers. Both are vectors, or both numbers.
template <class V>
struct Mean {
    V large;
    V rest;

    /// The sum of two numbers, and what it lacks (Knuth).
    static Mean of_sum(V a, V b) {
        const V total = a + b;
        const V taken = total - a;
        return {total, (a - (total - taken)) + (b - taken)};
    }
    V deviation(V x) const { return (x - large) - rest; }
};

template <class T>
struct FromFirst {
    Column<T> x;
    Vec<T> first;
    Vec<T> operator()(Index i) const { return x(i) - first; }
};

template <class T>
struct SquaredDeviation {
    Column<T> x;
    Mean<Vec<T>> mean;
    Vec<T> operator()(Index i) const {
        const Vec<T> deviation = mean.deviation(x(i));
        return deviation * deviation;
    }
};

template <class T>
void column_moments(Matrix<const T> x, Matrix<T> to) {
    using V = Vec<T>;
    const T rows = static_cast<T>(x.rows);
    for (Index j = 0; j < x.cols; j += lanes<V>) {
        const Column<T> column{x, j};
        const V first = column(0);
        const V above = sum_of_rows<V>(x.rows, FromFirst<T>{column, first}) / rows;
        const auto mean = Mean<V>::of_sum(first, above);
        const V squares = sum_of_rows<V>(x.rows, SquaredDeviation<T>{column, mean});
        store_up_to<V>(to.at(0, j), mean.large, column.count());
        store_up_to<V>(to.at(1, j), mean.rest, column.count());
        store_up_to<V>(to.at(2, j), squares / rows, column.count());
    }
}

/// The columns' numbers from j on.
template <class T>
struct ColumnMapAt {
    Vec<T> mean;
    Vec<T> factor;
    Vec<T> shift;

    ColumnMapAt(const ColumnMap<T>& map, Index j, Index count)
        : mean(load_up_to<Vec<T>>(map.mean + j, count)),
          factor(load_up_to<Vec<T>>(map.factor + j, count)),
          shift(load_up_to<Vec<T>>(map.shift + j, count)) {}
    Vec<T> operator()(Vec<T> x) const { return (x - mean) * factor + shift; }
};

template <class T>
void map_columns(Matrix<const T> x, const ColumnMap<T>& map, Matrix<T> y) {
    using V = Vec<T>;
    for (Index i = 0; i < x.rows; ++i) {
        for (Index j = 0; j < x.cols; j += lanes<V>) {
            const Index count = x.cols - j;
            const ColumnMapAt<T> at(map, j, count);
            store_up_to<V>(y.at(i, j), at(load_up_to<V>(x.at(i, j), count)), count);
        }
    }
}

template <class T>
struct TimesMapped {
    Column<T> x;
    Column<T> dy;
    ColumnMapAt<T> xhat;
    Vec<T> operator()(Index i) const { return dy(i) * xhat(x(i)); }
};

template <class T>
void batch_gradient_sums(Matrix<const T> x, Matrix<const T> dy, const ColumnMap<T>& xhat,
                         Matrix<T> to) {
    using V = Vec<T>;
    for (Index j = 0; j < x.cols; j += lanes<V>) {
        const Column<T> of_x{x, j};
        const Column<T> of_dy{dy, j};
        const TimesMapped<T> product{of_x, of_dy, ColumnMapAt<T>(xhat, j, of_x.count())};
        store_up_to<V>(to.at(0, j), sum_of_rows<V>(x.rows, of_dy), of_x.count());
        store_up_to<V>(to.at(1, j), sum_of_rows<V>(x.rows, product), of_x.count());
    }
}

template <class T>
void batch_normalization_backward(Matrix<const T> x, Matrix<const T> dy, const ColumnMap<T>& xhat,
                                  const T* mean_dy, const T* mean_product, const T* factor,
                                  Matrix<T> dx) {
    using V = Vec<T>;
    for (Index i = 0; i < x.rows; ++i) {
        for (Index j = 0; j < x.cols; j += lanes<V>) {
            const Index count = x.cols - j;
            const ColumnMapAt<T> at(xhat, j, count);
            const V part =
                at(load_up_to<V>(x.at(i, j), count)) * load_up_to<V>(mean_product + j, count) +
                load_up_to<V>(mean_dy + j, count);
            const V change = load_up_to<V>(dy.at(i, j), count) - part;
            store_up_to<V>(dx.at(i, j), change * load_up_to<V>(factor + j, count), count);
        }
    }
}

/// A row's mean, and 1 / sqrt(variance + epsilon).
template <class T>
struct RowMoments {
    Mean<T> mean;
    T factor;

    static RowMoments of(const T* x, Index n, T epsilon) {
        using V = Vec<T>;
        V above = V{};
        for (Index j = 0; j < n; j += lanes<V>) above += load_up_to<V>(x + j, n - j, x[0]) - x[0];
        const auto mean = Mean<T>::of_sum(x[0], sum(above) / static_cast<T>(n));
        V squares = V{};
        for (Index j = 0; j < n; j += lanes<V>) {
            const V deviation = (load_up_to<V>(x + j, n - j) - mean.large) - mean.rest;
            squares += first_lanes(deviation * deviation, n - j);
        }
        const T variance = sum(squares) / static_cast<T>(n);
        // a variance that is too large is no number, rather than a factor of 0
        return {mean, 1 / sqrt(variance + epsilon) + variance * 0};
    }
    static RowMoments at(const T* moments) { return {{moments[0], moments[1]}, moments[2]}; }

    void write(T* to) const {
        to[0] = mean.large;
        to[1] = mean.rest;
        to[2] = factor;
    }
    Vec<T> normalized(Vec<T> x) const { return ((x - mean.large) - mean.rest) * factor; }
};

template <class T>
void layer_normalization(Matrix<const T> x, const T* weight, const T* bias, T epsilon, Matrix<T> y,
                         Matrix<T> moments) {
    using V = Vec<T>;
    for (Index i = 0; i < x.rows; ++i) {
        const auto row = RowMoments<T>::of(x.at(i, 0), x.cols, epsilon);
        if (moments.data != nullptr) row.write(moments.at(i, 0));
        for (Index j = 0; j < x.cols; j += lanes<V>) {
            const Index count = x.cols - j;
            const V xhat = row.normalized(load_up_to<V>(x.at(i, j), count));
            const V scaled = xhat * load_up_to<V>(weight + j, count);
            store_up_to<V>(y.at(i, j), scaled + load_up_to<V>(bias + j, count), count);
        }
    }
}

template <class T>
struct TimesNormalized {
    Column<T> x;
    Column<T> dy;
    Matrix<const T> moments;
    Vec<T> operator()(Index i) const {
        return dy(i) * RowMoments<T>::at(moments.at(i, 0)).normalized(x(i));
    }
};

template <class T>
void layer_gradient_sums(Matrix<const T> x, Matrix<const T> dy, Matrix<const T> moments,
                         Matrix<T> to) {
    using V = Vec<T>;
    for (Index j = 0; j < x.cols; j += lanes<V>) {
        const Column<T> of_dy{dy, j};
        const TimesNormalized<T> product{{x, j}, of_dy, moments};
        store_up_to<V>(to.at(0, j), sum_of_rows<V>(x.rows, of_dy), of_dy.count());
        store_up_to<V>(to.at(1, j), sum_of_rows<V>(x.rows, product), of_dy.count());
    }
}

template <class T>
void layer_normalization_backward(Matrix<const T> x, Matrix<const T> dy, Matrix<const T> moments,
                                  const T* weight, Matrix<T> dx) {
    using V = Vec<T>;
    const T n = static_cast<T>(x.cols);
    for (Index i = 0; i < x.rows; ++i) {
        const auto row = RowMoments<T>::at(moments.at(i, 0));
        V total = V{};
        V product = V{};
        for (Index j = 0; j < x.cols; j += lanes<V>) {
            const Index count = x.cols - j;
            const V scaled = load_up_to<V>(dy.at(i, j), count) * load_up_to<V>(weight + j, count);
            total += scaled;
            product += scaled * row.normalized(load_up_to<V>(x.at(i, j), count));
        }
        const T mean_dy = sum(total) / n;
        const T mean_product = sum(product) / n;
        for (Index j = 0; j < x.cols; j += lanes<V>) {
            const Index count = x.cols - j;
            const V scaled = load_up_to<V>(dy.at(i, j), count) * load_up_to<V>(weight + j, count);
            const V xhat = row.normalized(load_up_to<V>(x.at(i, j), count));
            store_up_to<V>(dx.at(i, j), (scaled - mean_dy - xhat * mean_product) * row.factor,
                           count);
        }
    }
}

template <class T>
constexpr BatchNormalizationKernels<T> batch_normalization_kernels{
    &column_moments<T>, &map_columns<T>, &batch_gradient_sums<T>, &batch_normalization_backward<T>};

template <class T>
constexpr LayerNormalizationKernels<T> layer_normalization_kernels{
    &layer_normalization<T>, &layer_gradient_sums<T>, &layer_normalization_backward<T>};
