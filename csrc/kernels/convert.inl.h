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

/// By DataType.
template <class T>
constexpr std::array<ConvertKernel<T>, kDataTypes> conversions = {
    &convert<float, T>,         &convert<double, T>,        &convert<std::int8_t, T>,
    &convert<std::int16_t, T>,  &convert<std::int32_t, T>,  &convert<std::int64_t, T>,
    &convert<std::uint8_t, T>,  &convert<std::uint16_t, T>, &convert<std::uint32_t, T>,
    &convert<std::uint64_t, T>, &convert<std::uint8_t, T>,  // NumPy's bool is a byte, 0 or 1
};
