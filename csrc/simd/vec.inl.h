// One vector type for every instruction set, over the compiler's own vectors.
//
// Included inside an ISA namespace that defines `vector_bytes`; includes nothing itself.
// Arithmetic, comparisons and `mask ? a : b` are the compiler's; only what it lacks is here.

template <class T>
struct VecOf;

template <>
struct VecOf<float> {
    typedef float type __attribute__((vector_size(vector_bytes)));
};
template <>
struct VecOf<double> {
    typedef double type __attribute__((vector_size(vector_bytes)));
};
template <>
struct VecOf<std::int32_t> {
    typedef std::int32_t type __attribute__((vector_size(vector_bytes)));
};
template <>
struct VecOf<std::int64_t> {
    typedef std::int64_t type __attribute__((vector_size(vector_bytes)));
};
template <>
struct VecOf<std::uint32_t> {
    typedef std::uint32_t type __attribute__((vector_size(vector_bytes)));
};
template <>
struct VecOf<std::uint64_t> {
    typedef std::uint64_t type __attribute__((vector_size(vector_bytes)));
};

/// A vector of `vector_bytes / sizeof(T)` lanes.
template <class T>
using Vec = typename VecOf<T>::type;

template <class V>
struct LaneOf;
template <>
struct LaneOf<Vec<float>> {
    using type = float;
    using integer = std::int32_t;
    using unsigned_integer = std::uint32_t;
};
template <>
struct LaneOf<Vec<double>> {
    using type = double;
    using integer = std::int64_t;
    using unsigned_integer = std::uint64_t;
};

template <class V>
using Lane = typename LaneOf<V>::type;

/// Signed integer vector with lanes as wide as V's: also the type of V's comparison masks.
template <class V>
using IntVec = Vec<typename LaneOf<V>::integer>;

/// Unsigned: for bits, and for the logical shift that every instruction set has.
template <class V>
using UintVec = Vec<typename LaneOf<V>::unsigned_integer>;

template <class V>
constexpr Index lanes = static_cast<Index>(sizeof(V) / sizeof(Lane<V>));

template <class V>
inline V broadcast(Lane<V> x) {
    return x - V{};
}

template <class V>
inline V load(const Lane<V>* from) {
    V v;
    __builtin_memcpy(&v, from, sizeof v);
    return v;
}

template <class V>
inline void store(Lane<V>* to, V v) {
    __builtin_memcpy(to, &v, sizeof v);
}

/// The lanes first, first + 1, ... as a shorter vector.
template <std::size_t first, class V, std::size_t... i>
inline auto lanes_from(V v, std::index_sequence<i...>) {
    return __builtin_shufflevector(v, v, static_cast<int>(first + i)...);
}

/// All lanes of low, then all of high.
template <class H, std::size_t... i>
inline auto joined(H low, H high, std::index_sequence<i...>) {
    return __builtin_shufflevector(low, high, static_cast<int>(i)...);
}

#if defined(__x86_64__)
/// AVX-512 loads and stores the lanes that a mask has set.
constexpr bool masks_lanes = vector_bytes == 64;

template <class V>
inline V load_first(const float* from, Index count, float fill) {
    return _mm512_mask_loadu_ps(_mm512_set1_ps(fill), static_cast<__mmask16>((1 << count) - 1),
                                from);
}
template <class V>
inline V load_first(const double* from, Index count, double fill) {
    return _mm512_mask_loadu_pd(_mm512_set1_pd(fill), static_cast<__mmask8>((1 << count) - 1),
                                from);
}
template <class V>
inline void store_first(float* to, V v, Index count) {
    _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1 << count) - 1), v);
}
template <class V>
inline void store_first(double* to, V v, Index count) {
    _mm512_mask_storeu_pd(to, static_cast<__mmask8>((1 << count) - 1), v);
}
#else
constexpr bool masks_lanes = false;
#endif

/// Load `count` values, fewer than V has lanes; the other lanes hold `fill`.
///
/// By halves, in registers: a loop over lanes goes through memory, and waits for it. Always inline,
/// as those below that call it: GCC at times prefers to call even them.
template <class V, class T>
[[gnu::always_inline]] inline V load_part(const T* from, Index count, T fill = 0) {
    constexpr std::size_t size = sizeof(V) / sizeof(T);
    if constexpr (masks_lanes && sizeof(V) == vector_bytes) {
        return load_first<V>(from, count, fill);
    } else if constexpr (size == 2) {
        return V{count > 0 ? from[0] : fill, fill};
    } else {
        constexpr Index half = size / 2;
        constexpr std::make_index_sequence<size> indices;
        using H = decltype(lanes_from<0>(V{}, std::make_index_sequence<size / 2>{}));
        if (count < half) return joined(load_part<H>(from, count, fill), fill - H{}, indices);
        H low;
        __builtin_memcpy(&low, from, sizeof low);
        return joined(low, load_part<H>(from + half, count - half, fill), indices);
    }
}

template <class V, class T>
inline void store_part(T* to, V v, Index count) {
    constexpr std::size_t size = sizeof(V) / sizeof(T);
    if constexpr (masks_lanes && sizeof(V) == vector_bytes) {
        store_first(to, v, count);
    } else if constexpr (size == 2) {
        if (count > 0) to[0] = v[0];
    } else {
        constexpr Index half = size / 2;
        constexpr std::make_index_sequence<size / 2> indices;
        const auto low = lanes_from<0>(v, indices);
        if (count < half) return store_part(to, low, count);
        __builtin_memcpy(to, &low, sizeof low);
        store_part(to + half, lanes_from<half>(v, indices), count - half);
    }
}

/// Load `min(count, lanes)` values: one body serves whole and partial vectors, so that a value's
/// bits do not depend on its place in a row.
template <class V>
[[gnu::always_inline]] inline V load_up_to(const Lane<V>* from, Index count, Lane<V> fill = 0) {
    return count >= lanes<V> ? load<V>(from) : load_part<V>(from, count, fill);
}

template <class V>
[[gnu::always_inline]] inline void store_up_to(Lane<V>* to, V v, Index count) {
    if (count >= lanes<V>) {
        store(to, v);
    } else {
        store_part(to, v, count);
    }
}

/// The same bits as another vector type of the same size.
template <class To, class From>
inline To bits(From v) {
    static_assert(sizeof(To) == sizeof(From));
    To to;
    __builtin_memcpy(&to, &v, sizeof to);
    return to;
}

template <class V>
inline V min(V a, V b) {
    return a < b ? a : b;
}

template <class V>
inline V max(V a, V b) {
    return a > b ? a : b;
}

template <class V>
inline V abs(V v) {
    return bits<V>(bits<IntVec<V>>(v) & ~bits<IntVec<V>>(broadcast<V>(Lane<V>{-0.0})));
}

inline float sqrt(float x) { return __builtin_sqrtf(x); }
inline double sqrt(double x) { return __builtin_sqrt(x); }
template <class V>
inline V sqrt(V v) {  // one instruction: compilers see the loop through
    for (Index i = 0; i < lanes<V>; ++i) v[i] = sqrt(v[i]);
    return v;
}

/// Sum of the lanes, halves first: the same order on a given ISA, always.
template <class V>
inline auto sum(V v) {
    constexpr std::size_t half = sizeof(V) / sizeof(v[0]) / 2;
    if constexpr (half == 1) {
        return v[0] + v[1];
    } else {
        constexpr std::make_index_sequence<half> indices;
        return sum(lanes_from<0>(v, indices) + lanes_from<half>(v, indices));
    }
}

template <class V>
inline auto largest(V v) {
    constexpr std::size_t half = sizeof(V) / sizeof(v[0]) / 2;
    if constexpr (half == 1) {
        return v[0] > v[1] ? v[0] : v[1];
    } else {
        constexpr std::make_index_sequence<half> indices;
        return largest(max(lanes_from<0>(v, indices), lanes_from<half>(v, indices)));
    }
}

template <class V, std::size_t... i>
inline IntVec<V> lane_numbers(std::index_sequence<i...>) {
    return IntVec<V>{static_cast<typename LaneOf<V>::integer>(i)...};
}

/// The first `count` lanes of v, zero in the others.
template <class V>
inline V first_lanes(V v, Index count) {
    const auto kept = static_cast<typename LaneOf<V>::integer>(count < lanes<V> ? count : lanes<V>);
    return lane_numbers<V>(std::make_index_sequence<lanes<V>>{}) < kept ? v : V{};
}
