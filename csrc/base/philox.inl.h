// Philox 4x32-10 (Salmon et al., 2011): 128 random bits as a function of a 128-bit counter and a
// 64-bit key. Included inside a namespace. A word is a number, or a vector of those of as many
// counters, which are worked on side by side.

/// The halves of the product of a word and a number.
template <class Word>
struct WordProduct;

template <>
struct WordProduct<std::uint32_t> {
    std::uint32_t high;
    std::uint32_t low;

    WordProduct(std::uint32_t a, std::uint32_t b) {
        const std::uint64_t product = std::uint64_t{a} * b;
        high = static_cast<std::uint32_t>(product >> 32);
        low = static_cast<std::uint32_t>(product);
    }
};

/// The four words of a counter; on return, of a random block.
template <class Word>
inline void philox(Word (&x)[4], std::uint64_t key) {
    std::uint32_t k0 = static_cast<std::uint32_t>(key);
    std::uint32_t k1 = static_cast<std::uint32_t>(key >> 32);
    for (int round = 0; round < 10; ++round) {
        const WordProduct<Word> p0(x[0], 0xD2511F53), p1(x[2], 0xCD9E8D57);
        x[0] = p1.high ^ x[1] ^ k0;
        x[1] = p1.low;
        x[2] = p0.high ^ x[3] ^ k1;
        x[3] = p0.low;
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
}
