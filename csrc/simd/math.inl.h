// exp, expm1, log, log1p, tanh, erf and sigmoid of every lane, in float and double; sine and cosine
// of small angles.
//
// Included inside an ISA namespace, after simd/vec.inl.h.
//
// Every result is within 2 units in the last place of the correctly rounded one, subnormal
// arguments and results included. There are no branches and no table look-ups: what differs by
// lane is selected. All is right whether or not the compiler fuses a * b + c into one rounding:
// a product that must be exact is made of factors with few enough bits.

#include "simd/math_tables.inl.h"

/// What the bits of a floating-point number mean.
template <class T>
struct Format;
template <>
struct Format<float> {
    static constexpr int mantissa_bits = 23;
    static constexpr int bias = 127;
    static constexpr std::uint32_t exponent_mask = 0x7f800000;
    static constexpr float smallest_normal = 0x1p-126f;
    static constexpr float two_to_mantissa_bits = 0x1p23f;
};
template <>
struct Format<double> {
    static constexpr int mantissa_bits = 52;
    static constexpr int bias = 1023;
    static constexpr std::uint64_t exponent_mask = 0x7ff0000000000000;
    static constexpr double smallest_normal = 0x1p-1022;
    static constexpr double two_to_mantissa_bits = 0x1p52;
};

template <class T>
constexpr T infinity = static_cast<T>(__builtin_inf());
template <class T>
constexpr T not_a_number = static_cast<T>(__builtin_nan(""));

/// e^-40 is lost beside 1.
template <class T>
constexpr T saturated = -40;

/// The larger of a bound and v; NaN where v is NaN.
template <class V>
inline V at_least(Lane<V> bound, V v) {
    return max(broadcast<V>(bound), v);
}

/// The smaller of a bound and v; NaN where v is NaN.
template <class V>
inline V at_most(Lane<V> bound, V v) {
    return min(broadcast<V>(bound), v);
}

template <class V>
inline IntVec<V> sign_bit(V v) {
    return bits<IntVec<V>>(v) & bits<IntVec<V>>(broadcast<V>(Lane<V>{-0.0}));
}

/// `v`, which has the sign of `like` or none, with that sign: it matters for minus zero.
template <class V>
inline V signed_like(V like, V v) {
    return bits<V>(bits<IntVec<V>>(v) | sign_bit(like));
}

/// c[first] + c[first + step] x + c[first + 2 step] x^2 + ...
template <std::size_t first, std::size_t step, class V, std::size_t count>
inline V horner(V x, const Lane<V> (&c)[count]) {
    if constexpr (first + step >= count) {
        return broadcast<V>(c[first]);
    } else {
        return horner<first + step, step>(x, c) * x + c[first];
    }
}

/// c[0] + c[1] x + c[2] x^2 + ...
template <class V, std::size_t count>
inline V polynomial(V x, const Lane<V> (&c)[count]) {
    if constexpr (count < 10) {
        return horner<0, 1>(x, c);
    } else {  // a long one as two chains, of the even and of the odd powers, that run side by side
        const V square = x * x;
        return horner<1, 2>(square, c) * x + horner<0, 2>(square, c);
    }
}

/// e^x = (1 + rest) left right, with rest between 2^-1/2 - 1 and 2^1/2 - 1.
///
/// Two powers of two for a scale, because 2^n itself is not representable for every result:
/// not for subnormal ones, nor for those that almost overflow.
template <class V>
struct ExpParts {
    V rest;
    V left;
    V right;
};

/// For x within [lowest, highest], or NaN.
template <class V>
inline ExpParts<V> exp_parts(V x) {
    using T = Lane<V>;
    using Table = ExpTable<T>;
    using Number = Format<T>;
    // The unit of a number as large as this is 1, so adding it rounds to an integer, and leaves
    // that in the low bits: here n + 2 bias, which is halved into two biased exponents.
    constexpr T large = T{1.5} * Number::two_to_mantissa_bits + 2 * Number::bias;
    const V shifted = x * Table::per_ln2 + large;
    const V n = shifted - large;
    const V r = (x - n * Table::ln2_high) - n * Table::ln2_low;
    const auto exponents = bits<UintVec<V>>(shifted);
    const auto half = exponents >> 1;
    return {.rest = r + r * r * polynomial(r, Table::p),
            .left = bits<V>(half << Number::mantissa_bits),
            .right = bits<V>((exponents - half) << Number::mantissa_bits)};
}

/// e^x for x <= highest.
template <class V>
inline V exp_below(V x) {
    const ExpParts<V> e = exp_parts(at_least(ExpTable<Lane<V>>::lowest, x));
    return (e.rest + 1) * e.right * e.left;
}

template <class V>
inline V exp(V x) {
    return exp_below(at_most(ExpTable<Lane<V>>::highest, x));
}

/// e^x - 1 = left (right rest + (right - 1 / left)): nothing overflows before the result does.
template <class V>
inline V expm1(V x) {
    using T = Lane<V>;
    using U = typename LaneOf<V>::unsigned_integer;
    const ExpParts<V> e = exp_parts(at_most(ExpTable<T>::highest, at_least(saturated<T>, x)));
    const V inverse = bits<V>(2 * __builtin_bit_cast(U, T{1}) - bits<UintVec<V>>(e.left));
    return signed_like(x, (e.right * e.rest + (e.right - inverse)) * e.left);
}

/// 1 / (1 + e^-x) or e^x / (1 + e^x), the one whose exponential is at most 1.
template <class V>
inline V sigmoid(V x) {
    const V e = exp_below(-abs(x));
    return (x < 0 ? e : broadcast<V>(1)) / (1 + e);
}

/// (1 - e^-2x) / (1 + e^-2x), each sum rounded once: e^-2x = scale + scale rest.
template <class V>
inline V tanh(V x) {
    using T = Lane<V>;
    const ExpParts<V> e = exp_parts(at_least(saturated<T>, -2 * abs(x)));
    const V scale = e.left * e.right;
    return signed_like(x, ((1 - scale) - scale * e.rest) / ((1 + scale) + scale * e.rest));
}

/// x = 2^k (1 + f), with 1 + f from 2/3 to 4/3, so that k = 0 near 1 and nothing cancels there.
///
/// Works on the bits of x moved up by `offset`, where the exponent steps at 2/3 instead of at 1.
template <class T>
struct LogBits {
    using U = typename LaneOf<Vec<T>>::unsigned_integer;
    static constexpr U least = __builtin_bit_cast(U, LogTable<T>::least);
    static constexpr U offset = __builtin_bit_cast(U, T{1}) - least;
    static constexpr U mantissa_mask = (U{1} << Format<T>::mantissa_bits) - 1;
    static constexpr U unit_one = __builtin_bit_cast(U, Format<T>::two_to_mantissa_bits);
};

template <class V>
inline V log_fraction(UintVec<V> moved) {
    using B = LogBits<Lane<V>>;
    return bits<V>((moved & B::mantissa_mask) + B::least) - 1;
}

/// k + bias, made in the low bits of a number whose unit is 1.
template <class V>
inline V log_exponent(UintVec<V> moved) {
    using Number = Format<Lane<V>>;
    return bits<V>((moved >> Number::mantissa_bits) | LogBits<Lane<V>>::unit_one) -
           Number::two_to_mantissa_bits;
}

/// k log(2) + log(1 + f)
template <class V>
inline V log_sum(V k, V f) {
    using Table = LogTable<Lane<V>>;
    const V small = f * f * polynomial(f, Table::p) + k * Table::ln2_low;
    return (k * Table::ln2_high + f) + small;  // the first sum is exact where it could cancel
}

/// `regular` for finite x > 0, else what log makes of x.
template <class V>
inline V log_or_special(V x, V regular) {
    using T = Lane<V>;
    const V at_zero = x == 0 ? broadcast<V>(-infinity<T>) : broadcast<V>(not_a_number<T>);
    return x > 0 ? (x < infinity<T> ? regular : x) : at_zero;
}

template <class V>
inline V log(V x) {
    using T = Lane<V>;
    using Number = Format<T>;
    const auto subnormal = x < Number::smallest_normal;
    const V scaled = subnormal ? x * Number::two_to_mantissa_bits : x;
    const V bias =
        subnormal ? broadcast<V>(Number::bias + Number::mantissa_bits) : broadcast<V>(Number::bias);
    const auto moved = bits<UintVec<V>>(scaled) + LogBits<T>::offset;
    return log_or_special(x, log_sum(log_exponent<V>(moved) - bias, log_fraction<V>(moved)));
}

/// log(1 + x), also where x is tiny.
template <class V>
inline V log1p(V x) {
    using T = Lane<V>;
    using Number = Format<T>;
    const V sum = 1 + x;
    const V lost = x - (sum - 1);  // what rounding took from the sum
    const auto moved = bits<UintVec<V>>(sum) + LogBits<T>::offset;
    // f needs 2^-k lost, but 2^-k may not be representable. Inverted exponent bits are 2^(1-k).
    const V scale = bits<V>(~moved & Number::exponent_mask);
    const V f = log_fraction<V>(moved) + T{0.5} * lost * scale;
    const V result = log_or_special(sum, log_sum(log_exponent<V>(moved) - Number::bias, f));
    return abs(x) < T{0.125} / Number::two_to_mantissa_bits ? x : result;  // keeps minus zero, too
}

/// The error function.
template <class V>
inline V erf(V x) {
    using T = Lane<V>;
    using Table = ErfTable<T>;
    const V size = abs(x);
    const V near = x + x * polynomial(x * x, Table::near);
    const V root = polynomial(at_most(Table::end, size) - Table::center, Table::far);
    const V square = root * root;
    return size < Table::split ? near : signed_like(x, 1 - square * square);
}

template <class V>
struct SineCosine {
    V sine;
    V cosine;
};

/// Of an angle within [-pi / 4, pi / 4].
template <class V>
inline SineCosine<V> sine_cosine(V x) {
    using Table = SineCosineTable<Lane<V>>;
    const V square = x * x;
    return {x + x * square * polynomial(square, Table::sine),
            1 + square * polynomial(square, Table::cosine)};
}
