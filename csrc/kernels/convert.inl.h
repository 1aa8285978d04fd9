// Conversion of data of any type. Included inside an ISA namespace, after simd/vec.inl.h.

template <class Source, class T>
bool convert(const void* from, T scale, T* to, Index count) {
    using V = Vec<T>;
    typedef Source Sources __attribute__((vector_size(sizeof(Source) * lanes<V>)));
    const auto* const bytes = static_cast<const char*>(from);
    constexpr auto size = static_cast<Index>(sizeof(Source));
    V zeros = V{};
    Index j = 0;
    for (; j + lanes<V> <= count; j += lanes<V>) {
        Sources sources;
        __builtin_memcpy(&sources, bytes + j * size, sizeof sources);
        const V v = __builtin_convertvector(sources, V) * scale;
        store(to + j, v);
        zeros += v * 0;  // infinity times zero is not a number
    }
    for (; j < count; ++j) {
        Source source;
        __builtin_memcpy(&source, bytes + j * size, sizeof source);
        to[j] = static_cast<T>(source) * scale;
        zeros[0] += to[j] * 0;
    }
    return sum(zeros) == 0;
}

template <class Source, class T>
bool normalize(const void* from, const double* shift, const double* factor, T* to, Index count) {
    using V = Vec<double>;
    typedef Source Sources __attribute__((vector_size(sizeof(Source) * lanes<V>)));
    typedef T Results __attribute__((vector_size(sizeof(T) * lanes<V>)));
    const auto* const bytes = static_cast<const char*>(from);
    constexpr auto size = static_cast<Index>(sizeof(Source));
    V zeros = V{};
    Index j = 0;
    for (; j + lanes<V> <= count; j += lanes<V>) {
        Sources sources;
        __builtin_memcpy(&sources, bytes + j * size, sizeof sources);
        const V moved = __builtin_convertvector(sources, V) - load<V>(shift + j);
        const Results results = __builtin_convertvector(moved * load<V>(factor + j), Results);
        __builtin_memcpy(to + j, &results, sizeof results);
        zeros += __builtin_convertvector(results, V) * 0;
    }
    for (; j < count; ++j) {
        Source source;
        __builtin_memcpy(&source, bytes + j * size, sizeof source);
        to[j] = static_cast<T>((static_cast<double>(source) - shift[j]) * factor[j]);
        zeros[0] += static_cast<double>(to[j]) * 0;
    }
    return sum(zeros) == 0;
}

template <class T>
bool all_finite(const T* x, Index count) {
    using V = Vec<T>;
    V zeros[4] = {};
    Index i = 0;
    for (; i + 4 * lanes<V> <= count; i += 4 * lanes<V>) {
        for (Index n = 0; n < 4; ++n) zeros[n] += load<V>(x + i + n * lanes<V>) * 0;
    }
    for (; i < count; i += lanes<V>) zeros[0] += load_up_to<V>(x + i, count - i) * 0;
    return sum((zeros[0] + zeros[1]) + (zeros[2] + zeros[3])) == 0;
}

/// By DataType.
template <class T>
constexpr std::array<ConvertKernel<T>, kDataTypes> conversions = {
    &convert<float, T>,         &convert<double, T>,        &convert<std::int8_t, T>,
    &convert<std::int16_t, T>,  &convert<std::int32_t, T>,  &convert<std::int64_t, T>,
    &convert<std::uint8_t, T>,  &convert<std::uint16_t, T>, &convert<std::uint32_t, T>,
    &convert<std::uint64_t, T>, &convert<std::uint8_t, T>,  // NumPy's bool is a byte, 0 or 1
};

template <class T>
constexpr std::array<NormalizeKernel<T>, kDataTypes> normalizations = {
    &normalize<float, T>,         &normalize<double, T>,        &normalize<std::int8_t, T>,
    &normalize<std::int16_t, T>,  &normalize<std::int32_t, T>,  &normalize<std::int64_t, T>,
    &normalize<std::uint8_t, T>,  &normalize<std::uint16_t, T>, &normalize<std::uint32_t, T>,
    &normalize<std::uint64_t, T>, &normalize<std::uint8_t, T>,
};
