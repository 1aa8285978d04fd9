#pragma once

#include <cstdint>

#include "base/matrix.h"

namespace ganglion {

/// Random streams from here on belong to layers, those below to initial weights and shuffles.
inline constexpr std::uint32_t kNoiseStreams = 0x80000000;

/// Which random numbers: those of an element are a function of this, of its row and its column, so
/// that backward makes them again.
struct NoiseSource {
    std::uint64_t seed;
    std::uint32_t stream;  // one a random layer
    std::uint64_t step;    // the iteration
    Index first_row;       // the batch's number of the matrix's first row
};

/// y = scale * x, but with probability `rate` an element is `low` or `high`, each as often. With 0
/// for both and x = dy that is also the gradient. x and y may be the same.
template <class T>
struct CorruptArgs {
    Matrix<const T> x;
    Matrix<T> y;
    double rate;  // in [0, 1)
    double scale;
    double low;
    double high;
    NoiseSource source;
};

/// y = x + deviation * n, with standard normal n. x and y may be the same.
template <class T>
struct AddNoiseArgs {
    Matrix<const T> x;
    Matrix<T> y;
    double deviation;
    NoiseSource source;
};

/// y = mean + exp(log_variance / 2) * n, with standard normal n.
template <class T>
struct SampleArgs {
    Matrix<const T> mean;
    Matrix<const T> log_variance;
    Matrix<T> y;
    NoiseSource source;
};

/// The gradient of the log variance: dy * n * exp(log_variance / 2) / 2. That of the mean is dy.
template <class T>
struct SampleBackwardArgs {
    Matrix<const T> dy;
    Matrix<const T> log_variance;
    Matrix<T> d_log_variance;
    NoiseSource source;
};

}  // namespace ganglion
