#include "base/random.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace ganglion {
namespace {

#include "base/philox.inl.h"

/// 53 random bits as a number in [0, 1).
double unit(std::uint32_t high, std::uint32_t low) {
    const std::uint64_t bits = (std::uint64_t{high} << 32 | low) >> 11;
    return static_cast<double>(bits) * 0x1p-53;
}

struct Pair {
    double first;
    double second;
};

/// The `index`-th two numbers in [0, 1).
Pair uniform_pair(RandomSource source, std::uint64_t index) {
    std::uint32_t x[4]{static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                       0, source.stream};
    philox(x, source.seed);
    return {unit(x[0], x[1]), unit(x[2], x[3])};
}

Pair normal_pair(RandomSource source, std::uint64_t index) {
    const auto [u, v] = uniform_pair(source, index);
    const double radius = std::sqrt(-2 * std::log1p(-u));  // 1 - u is never 0
    const double angle = 2 * std::numbers::pi * v;
    return {radius * std::cos(angle), radius * std::sin(angle)};
}

std::vector<double> draw(Pair (*pair)(RandomSource, std::uint64_t), RandomSource source,
                         Index count) {
    std::vector<double> numbers(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < numbers.size(); i += 2) {
        const auto [first, second] = pair(source, i / 2);
        numbers[i] = first;
        if (i + 1 < numbers.size()) numbers[i + 1] = second;
    }
    return numbers;
}

}  // namespace

std::vector<double> random_uniform(RandomSource source, Index count) {
    return draw(uniform_pair, source, count);
}

std::vector<double> random_normal(RandomSource source, Index count) {
    return draw(normal_pair, source, count);
}

std::vector<std::int64_t> permutation(RandomSource source, Index count) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t i = order.size(); i > 1; --i) {
        const double u = uniform_pair(source, i).first;
        std::swap(order[i - 1], order[static_cast<std::size_t>(u * static_cast<double>(i))]);
    }
    return order;
}

}  // namespace ganglion
