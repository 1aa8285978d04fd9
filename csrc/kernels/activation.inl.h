// Activations: the value phi(z), and the derivative from what `DerivativeFrom` in activation.h
// says. Included inside an ISA namespace, after simd/math.inl.h.

/// The standard normal distribution function and its density.
template <class V>
inline V normal_cdf(V z) {
    return (erf(z * static_cast<Lane<V>>(0.70710678118654752440)) + 1) * static_cast<Lane<V>>(0.5);
}

template <class V>
inline V normal_density(V z) {
    return exp(z * z * static_cast<Lane<V>>(-0.5)) * static_cast<Lane<V>>(0.39894228040143267794);
}

/// log(1 + exp(z)), without overflow.
template <class V>
inline V log_one_plus_exp(V z) {
    return max(z, V{}) + log1p(exp(-abs(z)));
}

// Klambauer et al., 2017: the fixed point of mean 0 and variance 1.
template <class T>
constexpr T selu_scale = static_cast<T>(1.0507009873554804934);
template <class T>
constexpr T selu_alpha = static_cast<T>(1.6732632423543772848);

template <Activation activation, class V>
inline V activate(V z, V alpha) {
    using T = Lane<V>;
    if constexpr (activation == Activation::identity) return z;
    if constexpr (activation == Activation::sigmoid) return sigmoid(z);
    if constexpr (activation == Activation::tanh) return tanh(z);
    if constexpr (activation == Activation::relu) return z < 0 ? V{} : z;
    if constexpr (activation == Activation::leaky_relu) return z < 0 ? alpha * z : z;
    if constexpr (activation == Activation::elu) return z > 0 ? z : alpha * expm1(z);
    if constexpr (activation == Activation::step) return z >= 0 ? broadcast<V>(1) : V{};
    if constexpr (activation == Activation::gelu) return z * normal_cdf(z);
    if constexpr (activation == Activation::silu) return z * sigmoid(z);
    if constexpr (activation == Activation::selu) {
        return selu_scale<T> * (z > 0 ? z : selu_alpha<T> * expm1(z));
    }
    if constexpr (activation == Activation::softplus) return log_one_plus_exp(z);
    if constexpr (activation == Activation::softsign) return z / (abs(z) + 1);
    if constexpr (activation == Activation::mish) return z * tanh(log_one_plus_exp(z));
}

/// phi'(z), from a = phi(z) or from z itself.
template <Activation activation, class V>
inline V derivative([[maybe_unused]] V saved, [[maybe_unused]] V alpha) {
    using T = Lane<V>;
    const V one = broadcast<V>(1);
    if constexpr (activation == Activation::identity) return one;
    if constexpr (activation == Activation::sigmoid) return saved * (one - saved);
    if constexpr (activation == Activation::tanh) return one - saved * saved;
    if constexpr (activation == Activation::relu) return saved > 0 ? one : V{};
    if constexpr (activation == Activation::leaky_relu) return saved > 0 ? one : alpha;
    if constexpr (activation == Activation::elu) return saved > 0 ? one : saved + alpha;
    if constexpr (activation == Activation::gelu) {
        return normal_cdf(saved) + saved * normal_density(saved);
    }
    if constexpr (activation == Activation::silu) {
        const V s = sigmoid(saved);
        return s * (one + saved * (one - s));
    }
    if constexpr (activation == Activation::selu) {
        return saved > 0 ? broadcast<V>(selu_scale<T>) : saved + selu_scale<T> * selu_alpha<T>;
    }
    if constexpr (activation == Activation::softplus) return -expm1(-saved);
    if constexpr (activation == Activation::softsign) {
        const V rest = one - abs(saved);
        return rest * rest;
    }
    if constexpr (activation == Activation::mish) {
        const V t = tanh(log_one_plus_exp(saved));
        return t + saved * sigmoid(saved) * (one - t * t);
    }
}

// Matrices come by reference: a copy on the stack, made of single numbers and read by the vector,
// takes as long as a small tile. They are read once, before anything is written.

template <Activation activation, class T>
void activation_forward(const Matrix<const T>& from, const Matrix<T>& to, T alpha) {
    using V = Vec<T>;
    const Matrix<const T> z = from;
    const Matrix<T> a = to;
    for (Index i = 0; i < z.rows; ++i) {
        for (Index j = 0; j < z.cols; j += lanes<V>) {
            const V values = load_up_to<V>(z.at(i, j), z.cols - j);
            store_up_to<V>(a.at(i, j), activate<activation>(values, broadcast<V>(alpha)),
                           z.cols - j);
        }
    }
}

template <Activation activation, class T>
void activation_backward(const Matrix<const T>& of_forward, const Matrix<const T>& from,
                         const Matrix<T>& to, T alpha) {
    using V = Vec<T>;
    const Matrix<const T> saved = of_forward;
    const Matrix<const T> da = from;
    const Matrix<T> dz = to;
    for (Index i = 0; i < saved.rows; ++i) {
        for (Index j = 0; j < saved.cols; j += lanes<V>) {
            const Index count = saved.cols - j;
            const V slope =
                derivative<activation>(load_up_to<V>(saved.at(i, j), count), broadcast<V>(alpha));
            store_up_to<V>(dz.at(i, j), load_up_to<V>(da.at(i, j), count) * slope, count);
        }
    }
}

template <class T, Activation activation>
constexpr ActivationKernels<T> activation_kernels() {
    if constexpr (info(activation).derivative_from == DerivativeFrom::nowhere) {
        return {&activation_forward<activation, T>, nullptr};
    } else {
        return {&activation_forward<activation, T>, &activation_backward<activation, T>};
    }
}

template <class T, std::size_t... I>
constexpr std::array<ActivationKernels<T>, kActivations.size()> activation_table(
    std::index_sequence<I...>) {
    return {{activation_kernels<T, kActivations[I].activation>()...}};
}
