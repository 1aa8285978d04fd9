// Dropout (Srivastava et al., 2014), scaled while training. Included inside an ISA namespace, after
// base/philox.inl.h.

/// Columns that share a Philox call: word w of counter i decides column 16 w + i of the group.
constexpr Index dropout_group = 64;

template <class T>
void dropout(const DropoutArgs<T>& d) {
    constexpr std::size_t counters = 16;
    const T scale = static_cast<T>(1 / (1 - d.rate));
    const std::uint32_t threshold = static_cast<std::uint32_t>(d.rate * 0x1p32);
    for (Index i = 0; i < d.x.rows; ++i) {
        const std::uint32_t row = static_cast<std::uint32_t>(d.first_row + i);
        for (Index j = 0; j < d.x.cols; j += dropout_group) {
            const auto group = static_cast<std::size_t>(j / dropout_group);
            PhiloxBlocks<counters> x;
            for (std::size_t c = 0; c < counters; ++c) {
                x.word[0][c] = static_cast<std::uint32_t>(group * counters + c);
                x.word[1][c] = row;
                x.word[2][c] = static_cast<std::uint32_t>(d.step);
                x.word[3][c] = d.stream ^ static_cast<std::uint32_t>(d.step >> 32);
            }
            philox(x, d.seed);
            const std::uint32_t* random = &x.word[0][0];
            const Index count = d.x.cols - j < dropout_group ? d.x.cols - j : dropout_group;
            const T* from = d.x.at(i, j);
            T* to = d.y.at(i, j);
            for (Index c = 0; c < count; ++c)
                to[c] = random[c] >= threshold ? from[c] * scale : T{0};
        }
    }
}
