// Losses, row by row. Included inside an ISA namespace, after loss_shaped.inl.h.

/// A row's cross-entropy is total log(sum) - hit.
template <class T>
struct CrossEntropyParts {
    T sum;    // of exp(z - max)
    T total;  // of the targets
    T hit;    // sum_j t_j (z_j - max)
};

/// What a cross-entropy is told to be at most: as though no probability were smaller than so much.
template <class V>
inline V largest_loss(const LossArgs<Lane<V>>& l) {
    return broadcast<V>(l.parameter_count > 0 ? static_cast<Lane<V>>(l.parameters[0])
                                              : std::numeric_limits<Lane<V>>::infinity());
}

/// NaN stays.
template <class V>
inline V at_most(V v, V limit) {
    return v > limit ? limit : v;
}

/// Row i's parts, and its gradient.
template <class T>
[[gnu::always_inline]] inline CrossEntropyParts<T> cross_entropy_row(const LossArgs<T>& l, Index i,
                                                                     bool classes) {
    using V = Vec<T>;
    const Index n = l.output.cols;
    const T* z = l.output.at(i, 0);
    const T* t = l.target.at(i, 0);
    T* const dz = l.gradient.data == nullptr ? nullptr : l.gradient.at(i, 0);
    const SoftmaxParts<T> parts = softmax_parts(z, n, dz);
    V mass = V{};
    V product = V{};
    if (!classes) {
        for (Index j = 0; j < n; j += lanes<V>) {
            const V target = load_up_to<V>(t + j, n - j);
            mass += target;
            product += target * (load_up_to<V>(z + j, n - j) - parts.largest);
        }
    }
    const Index label = classes ? static_cast<Index>(t[0]) : 0;
    const T total = classes ? T{1} : sum(mass);
    const T hit = classes ? z[label] - parts.largest : sum(product);
    if (dz == nullptr) return {parts.sum, total, hit};

    const T scale = row_scale(l, i);
    if (scale == 0) {
        clear_row(l.gradient, i);
        return {parts.sum, total, hit};
    }
    for (Index j = 0; j < n; j += lanes<V>) {
        const V share = softmax_exps(parts, dz, j, n) * (total / parts.sum);
        const V target = classes ? one_hot<V>(label - j) : load_up_to<V>(t + j, n - j);
        store_up_to<V>(dz + j, (share - target) * scale, n - j);
    }
    return {parts.sum, total, hit};
}

/// -sum_j t_j log softmax(z)_j, with t a row of probabilities or the number of one class. The
/// logarithms of as many rows as a vector has lanes are taken together.
template <class T>
void cross_entropy(const LossArgs<T>& l) {
    using V = Vec<T>;
    if (is_shaped(l)) return shaped_cross_entropy(l);
    const bool classes = l.target.cols == 1 && l.output.cols > 1;
    for (Index begin = 0; begin < l.output.rows; begin += lanes<V>) {
        const Index count = l.output.rows - begin < lanes<V> ? l.output.rows - begin : lanes<V>;
        T sums[lanes<V>]{};
        T totals[lanes<V>]{};
        T hits[lanes<V>]{};
        for (Index i = 0; i < count; ++i) {
            const CrossEntropyParts<T> row = cross_entropy_row(l, begin + i, classes);
            sums[i] = row.sum;
            totals[i] = row.total;
            hits[i] = row.hit;
        }
        const V loss = load<V>(totals) * log(load<V>(sums)) - load<V>(hits);
        store_up_to<V>(l.row_loss + begin, at_most(loss, largest_loss<V>(l)), count);
    }
}

/// The parameter of the columns from j on: one for all, or one each.
template <class V>
inline V parameter_of(const LossArgs<Lane<V>>& l, Index j) {
    if (l.parameter_count == 1) return broadcast<V>(static_cast<Lane<V>>(l.parameters[0]));
    V v{};
    for (Index k = 0; k < lanes<V> && j + k < l.parameter_count; ++k) {
        v[k] = static_cast<Lane<V>>(l.parameters[j + k]);
    }
    return v;
}

/// A target of yes or no, as 1 or -1: no may be 0.
template <class V>
inline V side(V t) {
    return t == 0 ? broadcast<V>(-1) : t;
}

/// One column's part of a loss, and its derivative with respect to the output z. `p`: huber's
/// delta, quantile's level, tweedie's power, or the largest value of binary_cross_entropy.
template <Loss loss, class V>
inline V column_loss(V z, V t, [[maybe_unused]] V p) {
    using T = Lane<V>;
    const V error = z - t;
    if constexpr (loss == Loss::binary_cross_entropy) {
        return at_most(log_one_plus_exp(z) - z * t, p);
    }
    if constexpr (loss == Loss::squared_error) return error * error;
    if constexpr (loss == Loss::absolute_error) return abs(error);
    if constexpr (loss == Loss::huber) {
        const V size = abs(error);
        const T half = static_cast<T>(0.5);
        return size > p ? p * (size - half * p) : half * error * error;
    }
    if constexpr (loss == Loss::poisson) return exp(z) - t * z;
    if constexpr (loss == Loss::quantile) return error > 0 ? (1 - p) * error : -p * error;
    if constexpr (loss == Loss::hinge) return at_least(T{0}, 1 - z * side(t));
    if constexpr (loss == Loss::squared_hinge) {
        const V lacking = at_least(T{0}, 1 - z * side(t));
        return lacking * lacking;
    }
    if constexpr (loss == Loss::gamma) return 2 * (t * exp(-z) - log(t) + z - 1);
    if constexpr (loss == Loss::tweedie) {
        const V constant = exp(log(t) * (2 - p)) / ((1 - p) * (2 - p));
        return 2 * (constant - t * exp(z * (1 - p)) / (1 - p) + exp(z * (2 - p)) / (2 - p));
    }
}

template <Loss loss, class V>
inline V column_derivative(V z, V t, [[maybe_unused]] V p) {
    const V error = z - t;
    const V one = broadcast<V>(1);
    const V sign = error > 0 ? one : (error < 0 ? -one : error);  // 0 and NaN stay
    if constexpr (loss == Loss::binary_cross_entropy) return sigmoid(z) - t;
    if constexpr (loss == Loss::squared_error) return error + error;
    if constexpr (loss == Loss::absolute_error) return sign;
    if constexpr (loss == Loss::huber) return abs(error) > p ? p * sign : error;
    if constexpr (loss == Loss::poisson) return exp(z) - t;
    if constexpr (loss == Loss::quantile) return error > 0 ? one - p : (error < 0 ? -p : error);
    if constexpr (loss == Loss::hinge) return z * side(t) < 1 ? -side(t) : z * 0;
    if constexpr (loss == Loss::squared_hinge) {
        const V lacking = 1 - z * side(t);
        return lacking > 0 ? lacking * side(t) * -2 : z * 0;
    }
    if constexpr (loss == Loss::gamma) return 2 * (one - t * exp(-z));
    if constexpr (loss == Loss::tweedie) return 2 * (exp(z * (2 - p)) - t * exp(z * (1 - p)));
}

/// The mean over the columns of a loss that treats each alone.
template <Loss loss, class T>
void column_mean(const LossArgs<T>& l) {
    using V = Vec<T>;
    if constexpr (loss == Loss::binary_cross_entropy) {
        if (is_shaped(l)) return shaped_binary_cross_entropy(l);
    }
    const Index n = l.output.cols;
    const bool by_column = loss == Loss::quantile && l.parameter_count > 1;
    const bool one_target = loss == Loss::quantile && l.target.cols == 1;
    const V one = loss == Loss::binary_cross_entropy ? largest_loss<V>(l) : parameter_of<V>(l, 0);
    const T mean = T{1} / static_cast<T>(n);
    for (Index i = 0; i < l.output.rows; ++i) {
        const T scale = mean * row_scale(l, i);
        V total = V{};
        for (Index j = 0; j < n; j += lanes<V>) {
            const V z = load_up_to<V>(l.output.at(i, j), n - j);
            const V t = one_target ? broadcast<V>(*l.target.at(i, 0))
                                   : load_up_to<V>(l.target.at(i, j), n - j);
            const V p = by_column ? parameter_of<V>(l, j) : one;
            total += first_lanes(column_loss<loss>(z, t, p), n - j);
            if (l.gradient.data != nullptr) {
                const V slope = column_derivative<loss>(z, t, p);
                store_up_to<V>(l.gradient.at(i, j), scale == 0 ? V{} : slope * scale, n - j);
            }
        }
        l.row_loss[i] = sum(total) * mean;
    }
}

/// The mean over the targets of minus the logarithm of a normal distribution's density, without
/// the constant: half of s + (t - m)^2 exp(-s), with s the logarithm of the variance (Nix and
/// Weigend, 1994).
template <class T>
void gaussian(const LossArgs<T>& l) {
    using V = Vec<T>;
    const Index n = l.target.cols;
    const T half = static_cast<T>(0.5);
    const T mean = T{1} / static_cast<T>(n);
    for (Index i = 0; i < l.output.rows; ++i) {
        const T scale = mean * row_scale(l, i);
        V total = V{};
        for (Index j = 0; j < n; j += lanes<V>) {
            const V error =
                load_up_to<V>(l.output.at(i, j), n - j) - load_up_to<V>(l.target.at(i, j), n - j);
            const V s = load_up_to<V>(l.output.at(i, n + j), n - j);
            const V precise = error * exp(-s);
            const V square = error * precise;
            total += first_lanes(half * (s + square), n - j);
            if (l.gradient.data != nullptr && scale != 0) {
                store_up_to<V>(l.gradient.at(i, j), precise * scale, n - j);
                store_up_to<V>(l.gradient.at(i, n + j), half * scale * (1 - square), n - j);
            }
        }
        if (l.gradient.data != nullptr && scale == 0) clear_row(l.gradient, i);
        l.row_loss[i] = sum(total) * mean;
    }
}

/// The mean over the classes of what each is not a margin below the right one (Crammer and Singer,
/// 2001).
template <class T>
void multi_margin(const LossArgs<T>& l) {
    using V = Vec<T>;
    const Index n = l.output.cols;
    const T margin = static_cast<T>(l.parameters[0]);
    const T mean = T{1} / static_cast<T>(n);
    for (Index i = 0; i < l.output.rows; ++i) {
        const Index label = static_cast<Index>(*l.target.at(i, 0));
        const T right = *l.output.at(i, label);
        const T scale = mean * row_scale(l, i);
        V total = V{};
        V wrong = V{};
        for (Index j = 0; j < n; j += lanes<V>) {
            const V others = first_lanes(1 - one_hot<V>(label - j), n - j);
            const V lacking = (load_up_to<V>(l.output.at(i, j), n - j) - right + margin) * others;
            const V slope = lacking > 0 ? others : V{};
            total += at_least(T{0}, lacking);
            wrong += slope;
            if (l.gradient.data == nullptr) continue;
            store_up_to<V>(l.gradient.at(i, j), scale == 0 ? V{} : slope * scale, n - j);
        }
        if (l.gradient.data != nullptr && scale != 0)
            *l.gradient.at(i, label) = -sum(wrong) * scale;
        l.row_loss[i] = sum(total) * mean;
    }
}

template <Loss loss, class T>
constexpr LossKernel<T> loss_kernel() {
    if constexpr (loss == Loss::cross_entropy) {
        return &cross_entropy<T>;
    } else if constexpr (loss == Loss::gaussian) {
        return &gaussian<T>;
    } else if constexpr (loss == Loss::multi_margin) {
        return &multi_margin<T>;
    } else {
        return &column_mean<loss, T>;
    }
}

template <class T, std::size_t... I>
constexpr std::array<LossKernel<T>, kLosses.size()> loss_table(std::index_sequence<I...>) {
    return {{loss_kernel<kLosses[I].loss, T>()...}};
}
