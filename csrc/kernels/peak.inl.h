// What the machine can do at most: multiply-adds that wait for nothing. For benchmarks, which
// measure the product against it. Included inside an ISA namespace, after simd/vec.inl.h.

/// Chains of multiply-adds side by side: enough to fill the pipelines, few enough for registers.
constexpr std::size_t peak_chains = 12;

template <class V, std::size_t... i>
[[gnu::always_inline]] inline auto run_chains(Index rounds, V factor, V term,
                                              std::index_sequence<i...>) {
    V chains[]{(term + static_cast<Lane<V>>(i))...};
    for (Index r = 0; r < rounds; ++r) ((chains[i] = chains[i] * factor + term), ...);
    return sum((chains[i] + ...));
}

/// Run `rounds` times every chain; writes what comes out, so that it must be computed, and returns
/// the number of floating-point operations.
template <class T>
double multiply_adds(Index rounds, T* result) {
    using V = Vec<T>;
    const T start = *result;  // not known to the compiler
    *result = run_chains(rounds, broadcast<V>(start), broadcast<V>(start),
                         std::make_index_sequence<peak_chains>{});
    return 2.0 * static_cast<double>(rounds) * static_cast<double>(peak_chains * lanes<V>);
}
