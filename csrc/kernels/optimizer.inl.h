// Optimizer steps: one sweep over parameters, gradients and state.
// Included inside an ISA namespace, after simd/vec.inl.h.

/// Load what will be stored again, and ask for what lies 1 KB ahead: another core may have read it
/// since, and has to give it up.
template <class V>
inline V load_to_change(const Lane<V>* from) {
    __builtin_prefetch(from + 1024 / sizeof(Lane<V>), 1);
    return load<V>(from);
}

/// Vectors of what the optimizer remembers about the parameters from `at` on.
template <class V>
struct State {
    const std::array<Lane<V>*, 3>& blocks;
    Index at;

    V read(std::size_t block) const { return load_to_change<V>(blocks[block] + at); }
    V write(std::size_t block, V v) const {
        store<V>(blocks[block] + at, v);
        return v;
    }
};

/// The change of the parameters whose gradient is g. A mean of squares that is infinite stays so,
/// and its parameter would never move again: `zeros` becomes NaN.
template <Optimizer optimizer, class V>
inline V change(const UpdateRule<Lane<V>>& u, V g, const State<V>& state, V& zeros) {
    if constexpr (optimizer == Optimizer::sgd) {
        if (u.momentum == 0) return g * -u.rate;
        const V velocity = state.write(0, state.read(0) * u.momentum + g);
        return (u.nesterov ? g + velocity * u.momentum : velocity) * -u.rate;
    }
    if constexpr (optimizer == Optimizer::adam || optimizer == Optimizer::adamw) {
        const V mean = state.write(0, state.read(0) * u.beta_1 + g * u.gain_1);
        const V square = state.write(1, state.read(1) * u.beta_2 + g * g * u.gain_2);
        zeros += square * 0;
        return mean * -u.step_size / (sqrt(square) * u.root_correction + u.epsilon);
    }
    if constexpr (optimizer == Optimizer::rmsprop) {
        const V square = state.write(0, state.read(0) * u.rho + g * g * u.rho_gain);
        zeros += square * 0;
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
        zeros += square * 0;
        return g * -u.rate / (sqrt(square) + u.epsilon);
    }
    if constexpr (optimizer == Optimizer::adadelta) {
        const V square = state.write(0, state.read(0) * u.rho + g * g * u.rho_gain);
        zeros += square * 0;
        const V past = state.read(1);
        const V step = sqrt(past + u.epsilon) / sqrt(square + u.epsilon) * g;
        state.write(1, past * u.rho + step * step * u.rho_gain);
        return step * -u.rate;
    }
}

/// Move the average of parameters; returns what they are from then on.
template <class V>
inline V averaged(const UpdateRule<Lane<V>>& u, V p, Lane<V>* average) {
    const V mean = load_to_change<V>(average) * u.ema_momentum + p * u.ema_gain;
    store(average, mean);
    return u.overwrites ? mean : p;
}

/// Update whole vectors. Not inline: were its body there twice, compilers might fuse multiplication
/// and addition differently in each, and a parameter's bits would depend on its place.
template <Optimizer optimizer, bool averages, class T>
[[gnu::noinline]] bool update_vectors(const UpdateArgs<T>& args) {
    using V = Vec<T>;
    constexpr bool decoupled = optimizer == Optimizer::adamw;
    const UpdateArgs<T> u = args;  // a copy of our own: what is stored cannot change it
    const V limit = broadcast<V>(u.rule.clip);
    V zeros = V{};
    for (Index i = 0; i < u.rows; ++i) {
        for (Index j = 0; j < u.cols; j += lanes<V>) {
            const State<V> state{u.state, i * u.row_stride + j};
            V p = load_to_change<V>(u.parameter + state.at);
            V g = load<V>(u.gradient + i * u.gradient_stride + j) * u.rule.gradient_scale;
            g = g > limit ? limit : (g < -limit ? -limit : g);  // NaN stays
            if constexpr (decoupled) {
                p -= p * (u.rule.rate * u.rule.weight_decay);
            } else {
                g += p * u.rule.weight_decay;
            }
            p += change<optimizer>(u.rule, g, state, zeros);
            if constexpr (averages) p = averaged<V>(u.rule, p, u.average + state.at);
            store(u.parameter + state.at, p);
            zeros += p * 0;  // NaN once p is not finite
        }
    }
    return sum(zeros) == 0;
}

/// Update up to a vector's lanes of parameters from `at` on, in copies that fill a vector.
template <Optimizer optimizer, bool averages, class T>
bool update_part(const UpdateArgs<T>& u, Index at, const T* gradient, Index count) {
    using V = Vec<T>;
    T copies[averages ? 6 : 5][lanes<V>];
    UpdateArgs<T> one = u;
    one.rows = 1;
    one.cols = lanes<V>;
    one.parameter = copies[0];
    one.gradient = copies[1];
    store(copies[0], load_up_to<V>(u.parameter + at, count));
    store(copies[1], load_up_to<V>(gradient, count));
    for (std::size_t s = 0; s < u.state.size(); ++s) {
        one.state[s] = copies[2 + s];
        if (u.state[s] != nullptr) store(copies[2 + s], load_up_to<V>(u.state[s] + at, count));
    }
    if constexpr (averages) {
        one.average = copies[5];
        store(copies[5], load_up_to<V>(u.average + at, count));
    }
    const bool finite = update_vectors<optimizer, averages>(one);
    if constexpr (averages) store_up_to<V>(u.average + at, load<V>(copies[5]), count);
    store_up_to<V>(u.parameter + at, load<V>(copies[0]), count);
    for (std::size_t s = 0; s < u.state.size(); ++s) {
        if (u.state[s] == nullptr) continue;
        store_up_to<V>(u.state[s] + at, load<V>(copies[2 + s]), count);
    }
    return finite;
}

/// What the optimizer remembers of a unit that is never active fades away to subnormal numbers, and
/// would stay there.
template <Optimizer optimizer, bool averages, class T>
bool update(const UpdateArgs<T>& u) {
    const FlushSubnormals flush;
    const Index whole = u.cols / lanes<Vec<T>> * lanes<Vec<T>>;
    UpdateArgs<T> vectors = u;
    vectors.cols = whole;
    bool finite = update_vectors<optimizer, averages>(vectors);
    for (Index i = 0; i < u.rows && whole < u.cols; ++i) {
        const T* const gradient = u.gradient + i * u.gradient_stride + whole;
        finite &=
            update_part<optimizer, averages>(u, i * u.row_stride + whole, gradient, u.cols - whole);
    }
    return finite;
}

template <class T, bool averages, std::size_t... I>
constexpr UpdateKernels<T> update_table(std::index_sequence<I...>) {
    return {{&update<kOptimizers[I].optimizer, averages, T>...}};
}
