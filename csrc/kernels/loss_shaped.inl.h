// Cross-entropies with label smoothing (Szegedy et al., 2016) and with a focal weight (Lin et al.,
// 2017). Included inside an ISA namespace, after softmax.inl.h and loss_rows.inl.h.

/// What shapes a cross-entropy.
template <class T>
struct Shape {
    T smoothing;          // the part of targets that is spread over all classes
    T gamma;              // of the focal weight; 0: there is none
    const double* alpha;  // its factors
    Index alphas;

    explicit Shape(const LossArgs<T>& l)
        : smoothing(static_cast<T>(l.parameters[0])),
          gamma(static_cast<T>(l.parameters[1])),
          alpha(l.parameters + 2),
          alphas(l.parameter_count - 2) {}

    /// x^gamma, of what is not negative.
    template <class V>
    V power(V x) const {
        return gamma == 0 ? broadcast<V>(1) : exp(log(x) * gamma);
    }
    /// The derivative of x^gamma, times something that is 0 where x is.
    template <class V>
    V power_slope(V x, V times) const {
        const V slope = power(x) * gamma * times / x;
        return x > 0 ? slope : V{};
    }
    /// The factors of the classes from j on; 1 where there are none.
    template <class V>
    V factors(Index j) const {
        if (alphas == 0) return broadcast<V>(1);
        if (alphas == 1) return broadcast<V>(static_cast<T>(alpha[0]));
        V v{};
        for (Index k = 0; k < lanes<V> && j + k < alphas; ++k) v[k] = static_cast<T>(alpha[j + k]);
        return v;
    }
};

template <class T>
inline bool is_shaped(const LossArgs<T>& l) {
    return l.parameter_count > 1;
}

/// Part of a row's loss, and the derivative of a part with t = 1 with respect to log p, times p.
template <class V>
struct Shaped {
    V loss;
    V slope;
};

/// -a (1 - p)^gamma log p, from log p.
template <class V>
inline Shaped<V> shaped_part(const Shape<Lane<V>>& shape, Index j, V log_p) {
    const V a = shape.template factors<V>(j);
    const V p = exp(log_p);
    const V rest = at_least(Lane<V>{0}, 1 - p);
    const V weight = shape.power(rest);
    return {-a * weight * log_p, a * (shape.power_slope(rest, p * log_p) - weight)};
}

/// Targets from column j on.
template <class T>
inline Vec<T> shaped_targets(const LossArgs<T>& l, const Shape<T>& shape, Index i, Index j) {
    using V = Vec<T>;
    const Index n = l.output.cols;
    const T* const t = l.target.at(i, 0);
    const bool classes = l.target.cols == 1 && n > 1;
    const V target =
        classes ? one_hot<V>(static_cast<Index>(t[0]) - j) : load_up_to<V>(t + j, n - j);
    return target * (1 - shape.smoothing) + shape.smoothing / static_cast<T>(n);
}

/// -sum_j a_j t_j (1 - p_j)^gamma log p_j, with p = softmax(z).
template <class T>
void shaped_cross_entropy(const LossArgs<T>& l) {
    using V = Vec<T>;
    const Shape<T> shape(l);
    const Index n = l.output.cols;
    for (Index i = 0; i < l.output.rows; ++i) {
        const T* const z = l.output.at(i, 0);
        const SoftmaxParts<T> parts = softmax_parts<T>(z, n, nullptr);
        const T log_sum = log(broadcast<V>(parts.sum))[0];
        V total = V{};
        V slopes = V{};
        for (Index j = 0; j < n; j += lanes<V>) {
            const V log_p = load_up_to<V>(z + j, n - j) - parts.largest - log_sum;
            const V target = shaped_targets(l, shape, i, j);
            const Shaped<V> part = shaped_part(shape, j, log_p);
            total += first_lanes(target * part.loss, n - j);
            slopes += first_lanes(target * part.slope, n - j);
        }
        l.row_loss[i] = sum(total);
        if (l.gradient.data == nullptr) continue;
        const T slope = sum(slopes);
        const T scale = row_scale(l, i);
        for (Index j = 0; j < n; j += lanes<V>) {
            const V log_p = load_up_to<V>(z + j, n - j) - parts.largest - log_sum;
            const V target = shaped_targets(l, shape, i, j);
            const V dz = target * shaped_part(shape, j, log_p).slope - exp(log_p) * slope;
            store_up_to<V>(l.gradient.at(i, j), scale == 0 ? V{} : dz * scale, n - j);
        }
    }
}

/// The mean over the columns of a (1 - q)^gamma times the cross-entropy, with p = sigmoid(z), q the
/// probability of what is the case, and a the factor of yes, or else what it lacks to 1; without
/// factors a is 1.
template <class T>
void shaped_binary_cross_entropy(const LossArgs<T>& l) {
    using V = Vec<T>;
    const Shape<T> shape(l);
    const Index n = l.output.cols;
    const T mean = T{1} / static_cast<T>(n);
    const V yes = broadcast<V>(shape.alphas > 0 ? static_cast<T>(shape.alpha[0]) : T{1});
    const V no = broadcast<V>(shape.alphas > 0 ? static_cast<T>(1 - shape.alpha[0]) : T{1});
    for (Index i = 0; i < l.output.rows; ++i) {
        const T scale = mean * row_scale(l, i);
        V total = V{};
        for (Index j = 0; j < n; j += lanes<V>) {
            const V z = load_up_to<V>(l.output.at(i, j), n - j);
            const V given = load_up_to<V>(l.target.at(i, j), n - j);
            const V t = given * (1 - shape.smoothing) + shape.smoothing / 2;
            const V p = sigmoid(z);
            const V not_p = sigmoid(-z);
            const V rest = t * not_p + (1 - t) * p;
            const V a = t * yes + (1 - t) * no;
            const V weight = shape.power(rest);
            const V entropy = log_one_plus_exp(z) - z * t;
            total += first_lanes(a * weight * entropy, n - j);
            if (l.gradient.data == nullptr) continue;
            const V steeper = shape.power_slope(rest, p * not_p * (1 - 2 * t));
            const V dz = a * (weight * (p - t) + steeper * entropy);
            store_up_to<V>(l.gradient.at(i, j), scale == 0 ? V{} : dz * scale, n - j);
        }
        l.row_loss[i] = sum(total) * mean;
    }
}
