// Losses without targets, and their gradients. Included inside an ISA namespace, after
// simd/math.inl.h.

/// sums (rows) = what each row of x comes to.
template <class T>
void l1_l2(const L1L2Args<T>& l, T* sums) {
    using V = Vec<T>;
    const T l1 = static_cast<T>(l.l1);
    const T l2 = static_cast<T>(l.l2);
    const Index n = l.x.cols;
    for (Index row = 0; row * l.positions < l.x.rows; ++row) {
        V total = V{};
        for (Index i = row * l.positions; i < (row + 1) * l.positions; ++i) {
            for (Index j = 0; j < n; j += lanes<V>) {
                const V x = load_up_to<V>(l.x.at(i, j), n - j);
                total += abs(x) * l1 + x * x * l2;
            }
        }
        sums[row] = sum(total);
    }
}

/// Write a vector of a gradient, or add it to what is there.
template <class T>
inline void give(const TermGradient<T>& to, Index i, Index j, Vec<T> part) {
    using V = Vec<T>;
    const Index left = to.dx.cols - j;
    if (to.accumulate) part += load_up_to<V>(to.dx.at(i, j), left);
    store_up_to<V>(to.dx.at(i, j), part, left);
}

template <class T>
void l1_l2_backward(const L1L2Args<T>& l, const TermGradient<T>& to) {
    using V = Vec<T>;
    const V one = broadcast<V>(1);
    const T l1 = static_cast<T>(l.l1);
    const T twice_l2 = static_cast<T>(2 * l.l2);
    for (Index i = 0; i < l.x.rows; ++i) {
        const T dy = to.dy[i / l.positions];
        for (Index j = 0; j < l.x.cols; j += lanes<V>) {
            const V x = load_up_to<V>(l.x.at(i, j), l.x.cols - j);
            const V sign = x > 0 ? one : (x < 0 ? -one : x);  // 0 and NaN stay
            const V slope = sign * l1 + x * twice_l2;
            give<T>(to, i, j, dy == 0 ? V{} : slope * dy);
        }
    }
}

/// sums (rows) = half of m^2 + exp(s) - 1 - s, for means m and logarithms of variances s.
template <class T>
void normal_kl(const NormalKLArgs<T>& l, T* sums) {
    using V = Vec<T>;
    const Index n = l.mean.cols;
    for (Index row = 0; row * l.positions < l.mean.rows; ++row) {
        V total = V{};
        for (Index i = row * l.positions; i < (row + 1) * l.positions; ++i) {
            for (Index j = 0; j < n; j += lanes<V>) {
                const V m = load_up_to<V>(l.mean.at(i, j), n - j);
                const V s = load_up_to<V>(l.log_variance.at(i, j), n - j);
                total += m * m + (expm1(s) - s);
            }
        }
        sums[row] = sum(total) / 2;
    }
}

/// Of the logarithms of the variances; that of the means is the gradient of half their squares.
template <class T>
void normal_kl_backward(Matrix<const T> log_variance, Index positions, const TermGradient<T>& to) {
    using V = Vec<T>;
    for (Index i = 0; i < log_variance.rows; ++i) {
        const T half = to.dy[i / positions] / 2;
        for (Index j = 0; j < log_variance.cols; j += lanes<V>) {
            const V s = load_up_to<V>(log_variance.at(i, j), log_variance.cols - j);
            give<T>(to, i, j, half == 0 ? V{} : expm1(s) * half);
        }
    }
}

/// How often units are active. Where a mean activation is not between 0 and 1, it counts, and is
/// pushed back, as the nearest number that is. NaN stays.
template <class T>
inline Vec<T> often_active(const SparsityArgs<T>& s, Index j) {
    using V = Vec<T>;
    const V least = broadcast<V>(static_cast<T>(1e-7));
    const V most = 1 - least;
    const V mean = load_up_to<V>(s.sums + j, s.units - j) / s.count;
    const V above = mean < least ? least : mean;
    return above > most ? most : above;
}

template <class T>
T sparsity(const SparsityArgs<T>& s) {
    using V = Vec<T>;
    const V target = broadcast<V>(static_cast<T>(s.target));
    const V rest = 1 - target;
    V total = V{};
    for (Index j = 0; j < s.units; j += lanes<V>) {
        const V active = often_active(s, j);
        const V loss = target * log(target / active) + rest * log(rest / (1 - active));
        total += first_lanes(loss, s.units - j);
    }
    return sum(total);
}

/// Of the sums. One row.
template <class T>
void sparsity_backward(const SparsityArgs<T>& s, const TermGradient<T>& to) {
    using V = Vec<T>;
    const V target = broadcast<V>(static_cast<T>(s.target));
    const V rest = 1 - target;
    const T share = to.dy[0] / s.count;
    for (Index j = 0; j < s.units; j += lanes<V>) {
        const V active = often_active(s, j);
        give<T>(to, 0, j, (rest / (1 - active) - target / active) * share);
    }
}

template <class T>
void add_row(const AddRowArgs<T>& a) {
    for (Index i = 0; i < a.y.rows; ++i) {
        T* const to = a.y.at(i, 0);
        const T counts = a.weight == nullptr ? T{1} : a.weight[i / a.positions];
        for (Index j = 0; j < a.y.cols; ++j) {
            const T part = a.row[j] * counts;
            to[j] = a.accumulate ? to[j] + part : part;
        }
    }
}
