// Optimizer steps: one sweep over parameters, gradients and state.
// Included inside an ISA namespace, after simd/vec.inl.h.

/// Vectors of what the optimizer remembers about the parameters from `at` on.
template <class V>
struct State {
    const std::array<Lane<V>*, 3>& blocks;
    Index at;
    Index count;

    V read(std::size_t block) const { return load_up_to<V>(blocks[block] + at, count); }
    V write(std::size_t block, V v) const {
        store_up_to<V>(blocks[block] + at, v, count);
        return v;
    }
};

/// The change of the parameters whose gradient is g.
template <Optimizer optimizer, class V>
inline V change(const UpdateArgs<Lane<V>>& u, V g, const State<V>& state) {
    if constexpr (optimizer == Optimizer::sgd) {
        if (u.momentum == 0) return g * -u.rate;
        const V velocity = state.write(0, state.read(0) * u.momentum + g);
        return (u.nesterov ? g + velocity * u.momentum : velocity) * -u.rate;
    }
    if constexpr (optimizer == Optimizer::adam || optimizer == Optimizer::adamw) {
        const V mean = state.write(0, state.read(0) * u.beta_1 + g * u.gain_1);
        const V square = state.write(1, state.read(1) * u.beta_2 + g * g * u.gain_2);
        return mean * -u.step_size / (sqrt(square) * u.root_correction + u.epsilon);
    }
    if constexpr (optimizer == Optimizer::rmsprop) {
        const V square = state.write(0, state.read(0) * u.rho + g * g * u.rho_gain);
        V spread = square;
        if (u.centered) {
            const V mean = state.write(1, state.read(1) * u.rho + g * u.rho_gain);
            spread = max(square - mean * mean, V{});  // rounding may take it below 0
        }
        const V step = g / (sqrt(spread) + u.epsilon);
        if (u.momentum == 0) return step * -u.rate;
        return state.write(2, state.read(2) * u.momentum + step) * -u.rate;
    }
    if constexpr (optimizer == Optimizer::adagrad) {
        const V square = state.write(0, state.read(0) + g * g);
        return g * -u.rate / (sqrt(square) + u.epsilon);
    }
    if constexpr (optimizer == Optimizer::adadelta) {
        const V square = state.write(0, state.read(0) * u.rho + g * g * u.rho_gain);
        const V past = state.read(1);
        const V step = sqrt(past + u.epsilon) / sqrt(square + u.epsilon) * g;
        state.write(1, past * u.rho + step * step * u.rho_gain);
        return step * -u.rate;
    }
}

/// Update up to a vector's lanes of parameters; returns zeros, NaN where one is not finite.
template <Optimizer optimizer, class V>
[[gnu::always_inline]] inline V update_vector(const UpdateArgs<Lane<V>>& u, Index at,
                                              const Lane<V>* gradient, Index count) {
    constexpr bool decoupled = optimizer == Optimizer::adamw;
    const V limit = broadcast<V>(u.clip);
    const State<V> state{u.state, at, count};
    V p = load_up_to<V>(u.parameter + at, count);
    V g = load_up_to<V>(gradient, count) * u.gradient_scale;
    g = g > limit ? limit : (g < -limit ? -limit : g);  // NaN stays
    if constexpr (decoupled) {
        p -= p * (u.rate * u.weight_decay);
    } else {
        g += p * u.weight_decay;
    }
    p += change<optimizer>(u, g, state);
    store_up_to<V>(u.parameter + at, p, count);
    return p * 0;
}

template <Optimizer optimizer, class T>
bool update(const UpdateArgs<T>& args) {
    using V = Vec<T>;
    const UpdateArgs<T> u = args;  // a copy of our own: what is stored cannot change it
    V zeros = V{};
    for (Index i = 0; i < u.rows; ++i) {
        for (Index j = 0; j < u.cols; j += lanes<V>) {
            zeros += update_vector<optimizer, V>(
                u, i * u.row_stride + j, u.gradient + i * u.gradient_stride + j, u.cols - j);
        }
    }
    return sum(zeros) == 0;
}

template <class T, std::size_t... I>
constexpr std::array<UpdateKernel<T>, kOptimizers.size()> update_table(std::index_sequence<I...>) {
    return {{&update<kOptimizers[I].optimizer, T>...}};
}
