// Vectors of 32-bit words, and their products, which are twice as wide. Included inside an ISA
// namespace, after simd/vec.inl.h and base/philox.inl.h.

using Words = Vec<std::uint32_t>;
constexpr std::size_t word_lanes = sizeof(Words) / 4;

#if defined(__x86_64__)
/// The products of lanes 0, 2, ...: an instruction, where compilers multiply all 64 bits.
template <class V>
inline V even_products(V a, std::uint32_t b) {
    const auto by = static_cast<int>(b);
    if constexpr (sizeof(V) == 64) {
        // All lanes by a mask: of the plain one GCC takes what is left out for uninitialized.
        return bits<V>(_mm512_maskz_mul_epu32(0xff, bits<__m512i>(a), _mm512_set1_epi32(by)));
    } else if constexpr (sizeof(V) == 32) {
        return bits<V>(_mm256_mul_epu32(bits<__m256i>(a), _mm256_set1_epi32(by)));
    } else {
        return bits<V>(_mm_mul_epu32(bits<__m128i>(a), _mm_set1_epi32(by)));
    }
}

/// The halves of the products of lanes 0, 2, ... and of lanes 1, 3, ...: 0 the low ones.
template <int half, std::size_t... i>
inline Words halves(Words even, Words odd, std::index_sequence<i...>) {
    constexpr int lane_count = static_cast<int>(word_lanes);
    return __builtin_shufflevector(
        even, odd, (static_cast<int>(i / 2 * 2) + half + (i % 2 == 0 ? 0 : lane_count))...);
}

template <>
struct WordProduct<Words> {
    Words high;
    Words low;

    WordProduct(Words a, std::uint32_t b) {
        constexpr std::make_index_sequence<word_lanes> indices;
        const Words even = even_products(a, b);
        const Words odd = even_products(bits<Words>(bits<Vec<std::uint64_t>>(a) >> 32), b);
        high = halves<1>(even, odd, indices);
        low = halves<0>(even, odd, indices);
    }
};
#else
template <>
struct WordProduct<Words> {
    Words high;
    Words low;

    WordProduct(Words a, std::uint32_t b) {
        for (std::size_t i = 0; i < word_lanes; ++i) {
            const WordProduct<std::uint32_t> product(a[i], b);
            high[i] = product.high;
            low[i] = product.low;
        }
    }
};
#endif
