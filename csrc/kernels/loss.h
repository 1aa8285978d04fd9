#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/matrix.h"

namespace ganglion {

enum class Loss {
    cross_entropy,
    binary_cross_entropy,
    squared_error,
    absolute_error,
    huber,
    poisson,
    quantile,
    gaussian,
    hinge,
    squared_hinge,
    multi_margin,
    gamma,
    tweedie,
};

struct LossInfo {
    Loss loss;
    std::string_view name;
};

/// The one list of losses, in the order of the enumeration.
inline constexpr std::array<LossInfo, 13> kLosses{{
    {Loss::cross_entropy, "cross_entropy"},
    {Loss::binary_cross_entropy, "binary_cross_entropy"},
    {Loss::squared_error, "squared_error"},
    {Loss::absolute_error, "absolute_error"},
    {Loss::huber, "huber"},
    {Loss::poisson, "poisson"},
    {Loss::quantile, "quantile"},
    {Loss::gaussian, "gaussian"},
    {Loss::hinge, "hinge"},
    {Loss::squared_hinge, "squared_hinge"},
    {Loss::multi_margin, "multi_margin"},
    {Loss::gamma, "gamma"},
    {Loss::tweedie, "tweedie"},
}};

/// The loss of each row, which is a position of a batch's, and its gradient with respect to the
/// output times `scale` times the weight.
template <class T>
struct LossArgs {
    // (rows, n): logits for the cross-entropies, logarithms of means for poisson, gamma and
    // tweedie; for gaussian the means and then the logarithms of the variances, n / 2 each.
    Matrix<const T> output;
    // (rows, n) values or probabilities; for cross_entropy also (rows, 1) classes, for multi_margin
    // these alone, for several quantiles also one value a row, for gaussian (rows, n / 2).
    Matrix<const T> target;
    const T* weight;  // (rows), or null for ones
    double scale;     // one over the batch's sum of weights
    // huber's delta; quantile's level, or one for each column; multi_margin's margin; tweedie's
    // power; the largest value of a cross-entropy, if it has one, or else what shapes it: label
    // smoothing, the exponent of the focal weight, and its factor, or one for each class.
    const double* parameters;
    Index parameter_count;
    T* row_loss;         // (rows): without weight and scale
    Matrix<T> gradient;  // (rows, n), or data null when only the loss is wanted
};

template <class T>
using LossKernel = void (*)(const LossArgs<T>&);

}  // namespace ganglion
