// Philox 4x32-10 (Salmon et al., 2011): 128 random bits as a function of a 128-bit counter and a
// 64-bit key. Included inside a namespace; `N` counters are worked on side by side.

/// The four words of N counters; on return, of N random blocks.
template <std::size_t N>
struct PhiloxBlocks {
    std::uint32_t word[4][N];
};

template <std::size_t N>
inline void philox(PhiloxBlocks<N>& x, std::uint64_t key) {
    std::uint32_t k0 = static_cast<std::uint32_t>(key);
    std::uint32_t k1 = static_cast<std::uint32_t>(key >> 32);
    for (int round = 0; round < 10; ++round) {
        for (std::size_t i = 0; i < N; ++i) {
            const std::uint64_t p0 = std::uint64_t{0xD2511F53} * x.word[0][i];
            const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * x.word[2][i];
            const std::uint32_t w1 = x.word[1][i];
            const std::uint32_t w3 = x.word[3][i];
            x.word[0][i] = static_cast<std::uint32_t>(p1 >> 32) ^ w1 ^ k0;
            x.word[1][i] = static_cast<std::uint32_t>(p1);
            x.word[2][i] = static_cast<std::uint32_t>(p0 >> 32) ^ w3 ^ k1;
            x.word[3][i] = static_cast<std::uint32_t>(p0);
        }
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
}
