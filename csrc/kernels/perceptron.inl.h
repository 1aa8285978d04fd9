// Rosenblatt's perceptron, sample by sample (1958), with scikit-learn's penalties: weights that
// shrink by a common factor, and truncated gradients for L1 (Tsuruoka, Tsujii and Ananiadou, 2009).
// Included inside an ISA namespace, after simd/vec.inl.h.

/// What a mistake changes of the norms.
struct WeightSums {
    double squares;
    double sizes;
};

/// A sample with all its values.
template <class T>
struct DenseSample {
    using V = Vec<T>;
    const T* x;
    Index count;

    T dot(const T* w) const {
        constexpr Index step = 4 * lanes<V>;
        V sums[4]{};
        Index j = 0;
        for (; j + step <= count; j += step) {
            for (Index k = 0; k < 4; ++k) {
                const Index at = j + k * lanes<V>;
                sums[k] += load<V>(x + at) * load<V>(w + at);
            }
        }
        for (; j < count; j += lanes<V>) {
            sums[0] += load_up_to<V>(x + j, count - j) * load_up_to<V>(w + j, count - j);
        }
        return sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
    }

    /// Add so much of it to the weights.
    void add_to(T* w, T factor) const {
        for (Index j = 0; j < count; j += lanes<V>) {
            const V old = load_up_to<V>(w + j, count - j);
            store_up_to<V>(w + j, old + load_up_to<V>(x + j, count - j) * factor, count - j);
        }
    }

    WeightSums sums_of(const T* w) const {
        V squares = V{};
        V sizes = V{};
        for (Index j = 0; j < count; j += lanes<V>) {
            const V v = load_up_to<V>(w + j, count - j);
            squares += v * v;
            sizes += abs(v);
        }
        return {sum(squares), sum(sizes)};
    }

    /// Take from each weight what is due and not yet taken, but not beyond zero.
    void truncate(T* w, T* taken, T due, T scale) const {
        for (Index j = 0; j < count; j += lanes<V>) {
            const V old = load_up_to<V>(w + j, count - j);
            const V before = load_up_to<V>(taken + j, count - j);
            const V lower = max(V{}, old - (before + due) / scale);
            const V upper = min(V{}, old + (due - before) / scale);
            const V kept = old > 0 ? lower : (old < 0 ? upper : old);
            store_up_to<V>(w + j, kept, count - j);
            store_up_to<V>(taken + j, before + (kept - old) * scale, count - j);
        }
    }
};

/// A sample with the values that are not zero.
template <class T>
struct SparseSample {
    const T* x;
    const std::int32_t* columns;
    Index count;

    T dot(const T* w) const {
        double total = 0;
        for (Index j = 0; j < count; ++j) total += static_cast<double>(x[j] * w[columns[j]]);
        return static_cast<T>(total);
    }

    void add_to(T* w, T factor) const {
        for (Index j = 0; j < count; ++j) w[columns[j]] += x[j] * factor;
    }

    WeightSums sums_of(const T* w) const {
        WeightSums sums{};
        for (Index j = 0; j < count; ++j) {
            const double v = static_cast<double>(w[columns[j]]);
            sums.squares += v * v;
            sums.sizes += v < 0 ? -v : v;
        }
        return sums;
    }

    void truncate(T* w, T* taken, T due, T scale) const {
        for (Index j = 0; j < count; ++j) {
            T& weight = w[columns[j]];
            T& before = taken[columns[j]];
            const T old = weight;
            if (old > 0) weight = max(T{0}, old - (before + due) / scale);
            if (old < 0) weight = min(T{0}, old + (due - before) / scale);
            before += (weight - old) * scale;
        }
    }
};

template <class T>
inline DenseSample<T> sample_at(const SampleRows<T>& x, Index row, std::false_type) {
    return {x.values + row * x.features, x.features};
}

template <class T>
inline SparseSample<T> sample_at(const SampleRows<T>& x, Index row, std::true_type) {
    const Index begin = x.begins[row];
    return {x.values + begin, x.columns + begin, x.begins[row + 1] - begin};
}

/// Below it, the scale goes into the weights.
template <class T>
constexpr double least_scale = sizeof(T) == sizeof(float) ? 1e-6 : 1e-9;

template <class T>
inline void fold_scale(const PerceptronArgs<T>& p, PerceptronState<T>& unit) {
    for (Index j = 0; j < p.x.features; ++j) unit.coefs[j] *= static_cast<T>(unit.scale);
    unit.scale = 1;
}

/// The step on the weights of a penalty, before a mistake's.
template <class T>
inline void shrink(const PerceptronArgs<T>& p, PerceptronState<T>& unit) {
    const double factor = max(0.0, 1 - p.rate * p.l2);
    unit.scale *= factor;
    unit.squares *= factor * factor;
    unit.sizes *= factor;
    if (unit.scale < least_scale<T>) fold_scale(p, unit);
}

template <class T, class Sample>
inline void learn(const PerceptronArgs<T>& p, const Sample& sample, bool positive, double weight,
                  PerceptronState<T>& unit) {
    const double score = static_cast<double>(sample.dot(unit.coefs)) * unit.scale + unit.intercept;
    const double margin = positive ? score : -score;
    const bool mistaken = margin <= 0;
    const bool penalized = p.l2 > 0 || p.l1 > 0;
    const double loss = mistaken ? -margin : 0;
    unit.loss += loss;
    unit.objective += loss + 0.5 * p.l2 * unit.squares + p.l1 * unit.sizes;
    if (p.l2 > 0) shrink(p, unit);
    if (mistaken) {
        const double step = weight * (positive ? p.positive_step : -p.negative_step);
        sample.add_to(unit.coefs, static_cast<T>(step / unit.scale));
        unit.intercept += step * p.intercept_rate;
        if (penalized) {
            const WeightSums sums = sample.sums_of(unit.coefs);
            unit.squares = sums.squares * unit.scale * unit.scale;
            unit.sizes = sums.sizes * unit.scale;
        }
    }
    if (p.l1 > 0) {
        unit.l1_due += p.rate * p.l1;
        sample.truncate(unit.coefs, unit.l1_taken, static_cast<T>(unit.l1_due),
                        static_cast<T>(unit.scale));
    }
}

template <class T, class IsSparse>
inline void learn_all(const PerceptronArgs<T>& p, const std::int32_t* order, Range places,
                      PerceptronState<T>& unit, IsSparse is_sparse) {
    for (Index i = places.begin; i < places.end; ++i) {
        const Index row = order[i];
        if (p.held_out != nullptr && p.held_out[row] != 0) continue;
        const double weight =
            p.sample_weight == nullptr ? 1 : static_cast<double>(p.sample_weight[row]);
        learn(p, sample_at(p.x, row, is_sparse), p.classes[row] == p.positive, weight, unit);
    }
}

template <class T>
void perceptron(const PerceptronArgs<T>& p, const std::int32_t* order, Range places,
                PerceptronState<T>& unit) {
    if (p.x.columns == nullptr) {
        learn_all(p, order, places, unit, std::false_type{});
    } else {
        learn_all(p, order, places, unit, std::true_type{});
    }
}
