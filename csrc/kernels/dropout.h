#pragma once

#include <cstdint>

#include "base/matrix.h"

namespace ganglion {

/// y = x * mask / (1 - rate). The mask is a function of (seed, stream, step, row, column), so that
/// backward makes it again by calling this on the gradient. x and y may be the same.
template <class T>
struct DropoutArgs {
    Matrix<const T> x;
    Matrix<T> y;
    double rate;  // in [0, 1)
    std::uint64_t seed;
    std::uint32_t stream;  // one a dropout layer
    std::uint64_t step;    // the iteration
    Index first_row;       // the batch's number of x's first row
};

}  // namespace ganglion
