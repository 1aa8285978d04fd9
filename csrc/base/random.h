#pragma once

#include <cstdint>
#include <vector>

#include "base/matrix.h"

namespace ganglion {

/// Which random numbers: the same source gives the same numbers, on any machine and thread.
struct RandomSource {
    std::uint64_t seed;
    std::uint32_t stream;
};

/// `count` numbers in [0, 1), 53 bits each.
std::vector<double> random_uniform(RandomSource source, Index count);

/// `count` numbers of mean 0 and variance 1 (Box and Muller, 1958).
std::vector<double> random_normal(RandomSource source, Index count);

/// The numbers 0 to count - 1 in random order (Fisher and Yates).
std::vector<std::int64_t> permutation(RandomSource source, Index count);

}  // namespace ganglion
