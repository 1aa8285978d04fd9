// Random numbers for each element of a matrix, and what is made with them. Included inside an ISA
// namespace, after simd/math.inl.h and simd/words.inl.h.

constexpr std::size_t noise_counters = 16;
/// Columns that share counters: word w of counter i belongs to column 16 w + i of the group.
constexpr Index noise_group = 4 * noise_counters;

struct NoiseWords {
    std::uint32_t word[4][noise_counters];
};

/// The words of the group that begins at a column.
inline NoiseWords noise_words(const NoiseSource& source, Index row, Index col) {
    const auto first = static_cast<std::uint32_t>(col / 4);  // counters before those of the group
    const auto numbers =
        bits<Words>(lane_numbers<Vec<float>>(std::make_index_sequence<word_lanes>{}));
    NoiseWords words;
    for (std::size_t c = 0; c < noise_counters; c += word_lanes) {
        Words x[4]{numbers + (first + static_cast<std::uint32_t>(c)),
                   Words{} + static_cast<std::uint32_t>(source.first_row + row),
                   Words{} + static_cast<std::uint32_t>(source.step),
                   Words{} + (source.stream ^ static_cast<std::uint32_t>(source.step >> 32))};
        philox(x, source.seed);
        for (std::size_t w = 0; w < 4; ++w) __builtin_memcpy(&words.word[w][c], &x[w], sizeof x[w]);
    }
    return words;
}

inline Index columns_of_group(Index cols, Index col) {
    return cols - col < noise_group ? cols - col : noise_group;
}

/// Dropout (Srivastava et al., 2014), masking, salt and pepper (Vincent et al., 2010).
template <class T>
void corrupt(const CorruptArgs<T>& c) {
    const T scale = static_cast<T>(c.scale), low = static_cast<T>(c.low);
    const T high = static_cast<T>(c.high);
    const auto threshold = static_cast<std::uint32_t>(c.rate * 0x1p32);
    for (Index i = 0; i < c.x.rows; ++i) {
        for (Index j = 0; j < c.x.cols; j += noise_group) {
            const NoiseWords words = noise_words(c.source, i, j);
            const std::uint32_t* random = &words.word[0][0];
            const Index count = columns_of_group(c.x.cols, j);
            const T* from = c.x.at(i, j);
            T* to = c.y.at(i, j);
            for (Index k = 0; k < count; ++k) {
                const T replacement = random[k] < threshold / 2 ? low : high;
                to[k] = random[k] >= threshold ? from[k] * scale : replacement;
            }
        }
    }
}

/// -log(share) for a share of 1 that comes with the rest: the small one of the two has all digits.
template <class V>
inline V minus_log(V share, V rest) {
    using T = Lane<V>;
    const auto moved = bits<UintVec<V>>(share) + LogBits<T>::offset;
    const V f = share < LogTable<T>::least ? log_fraction<V>(moved) : -rest;
    return -log_sum(log_exponent<V>(moved) - Format<T>::bias, f);
}

/// Two standard normals for each pair of words (Box and Muller, 1958): the radius is made of 30
/// bits of one, so that none is beyond 6.56, and the angle of the other.
template <class T>
inline void normal_pairs(const std::uint32_t* radii, const std::uint32_t* angles, T* first,
                         T* second) {
    constexpr T turn = static_cast<T>(6.283185307179586);
    T share[noise_counters], rest[noise_counters], angle[noise_counters];
    T swaps[noise_counters], first_sign[noise_counters], second_sign[noise_counters];
    for (std::size_t i = 0; i < noise_counters; ++i) {  // signed, as vectors of integers convert
        const auto odd = static_cast<std::int32_t>((radii[i] >> 1) | 1);  // neither 0 nor 2^31
        const auto left = static_cast<std::int32_t>(0x80000000 - ((radii[i] >> 1) | 1));
        share[i] = static_cast<T>(odd) * T{0x1p-31};
        rest[i] = static_cast<T>(left) * T{0x1p-31};
        // The angle is so many quarters of a turn, and up to half a quarter more or less.
        const std::uint32_t quarters = (angles[i] + 0x20000000) >> 30;
        const auto more = static_cast<std::int32_t>(angles[i] - (quarters << 30));
        angle[i] = static_cast<T>(more) * (turn * T{0x1p-32});
        swaps[i] = static_cast<T>(static_cast<std::int32_t>(quarters & 1));
        first_sign[i] = static_cast<T>(1 - static_cast<std::int32_t>((quarters + 1) & 2));
        second_sign[i] = static_cast<T>(1 - static_cast<std::int32_t>(quarters & 2));
    }
    using V = Vec<T>;
    for (std::size_t i = 0; i < noise_counters; i += lanes<V>) {
        const V radius = sqrt(2 * minus_log(load<V>(share + i), load<V>(rest + i)));
        const SineCosine<V> of = sine_cosine(load<V>(angle + i));
        const auto swapped = load<V>(swaps + i) != 0;
        const V x = swapped ? of.sine : of.cosine, y = swapped ? of.cosine : of.sine;
        store(first + i, x * (radius * load<V>(first_sign + i)));
        store(second + i, y * (radius * load<V>(second_sign + i)));
    }
}

/// Standard normals of the first `count` columns of a group, at least; up to all.
template <class T>
inline void normals(const NoiseSource& source, Index row, Index col, Index count,
                    T (&n)[noise_group]) {
    const NoiseWords words = noise_words(source, row, col);
    normal_pairs(words.word[0], words.word[1], n, n + noise_counters);
    if (count > noise_group / 2)
        normal_pairs(words.word[2], words.word[3], n + 2 * noise_counters, n + 3 * noise_counters);
}

/// Give `part(i, j, left, n)` the standard normals of each vector of row i from column j on, of
/// which so many columns are left.
template <class T, class Part>
inline void for_normals(const NoiseSource& source, Index rows, Index cols, const Part& part) {
    using V = Vec<T>;
    for (Index i = 0; i < rows; ++i) {
        for (Index j = 0; j < cols; j += noise_group) {
            const Index count = columns_of_group(cols, j);
            T n[noise_group];
            normals(source, i, j, count, n);
            for (Index k = 0; k < count; k += lanes<V>) part(i, j + k, count - k, load<V>(n + k));
        }
    }
}

template <class T>
struct AddNoisePart {
    const AddNoiseArgs<T>& a;
    T deviation;

    void operator()(Index i, Index j, Index left, Vec<T> n) const {
        const auto x = load_up_to<Vec<T>>(a.x.at(i, j), left);
        store_up_to(a.y.at(i, j), x + deviation * n, left);
    }
};

template <class T>
void add_noise(const AddNoiseArgs<T>& a) {
    for_normals<T>(a.source, a.x.rows, a.x.cols, AddNoisePart<T>{a, static_cast<T>(a.deviation)});
}

template <class T>
struct SamplePart {
    const SampleArgs<T>& s;

    void operator()(Index i, Index j, Index left, Vec<T> n) const {
        const auto mean = load_up_to<Vec<T>>(s.mean.at(i, j), left);
        const auto half = T{0.5} * load_up_to<Vec<T>>(s.log_variance.at(i, j), left);
        store_up_to(s.y.at(i, j), mean + exp(half) * n, left);
    }
};

/// The reparameterization of a normal (Kingma and Welling, 2014).
template <class T>
void sample(const SampleArgs<T>& s) {
    for_normals<T>(s.source, s.y.rows, s.y.cols, SamplePart<T>{s});
}

template <class T>
struct SampleBackwardPart {
    const SampleBackwardArgs<T>& s;

    void operator()(Index i, Index j, Index left, Vec<T> n) const {
        const auto dy = load_up_to<Vec<T>>(s.dy.at(i, j), left);
        const auto half = T{0.5} * load_up_to<Vec<T>>(s.log_variance.at(i, j), left);
        store_up_to(s.d_log_variance.at(i, j), dy * (T{0.5} * exp(half) * n), left);
    }
};

template <class T>
void sample_backward(const SampleBackwardArgs<T>& s) {
    for_normals<T>(s.source, s.dy.rows, s.dy.cols, SampleBackwardPart<T>{s});
}
