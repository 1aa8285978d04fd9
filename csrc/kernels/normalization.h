#pragma once

#include "base/matrix.h"

// Batch normalization (Ioffe and Szegedy, 2015), of each column over the rows, and layer
// normalization (Ba et al., 2016), of each row over its columns. What is normalized is xhat =
// (x - mean) / sqrt(variance + epsilon). A mean is kept as two numbers, `mean` and what that lacks,
// `rest`: of what is large and varies little one alone would lose the digits in which it varies.

namespace ganglion {

/// Rows of moments, and columns of those of rows: mean, rest, and variance, or, of rows, the factor
/// 1 / sqrt(variance + epsilon).
inline constexpr Index kMoments = 3;
/// Rows of the sums of a gradient: of dy, and of dy * xhat.
inline constexpr Index kGradientSums = 2;

/// xhat = (x - mean) * factor + shift, each column's; so is what is scaled and moved then.
template <class T>
struct ColumnMap {
    const T* mean;
    const T* factor;
    const T* shift;
};

template <class T>
struct BatchNormalizationKernels {
    /// `to` (kMoments, columns): mean, rest and variance of each column.
    void (*moments)(Matrix<const T> x, Matrix<T> to);
    /// y = (x - mean) * factor + shift.
    void (*map)(Matrix<const T> x, const ColumnMap<T>& map, Matrix<T> y);
    /// `to` (kGradientSums, columns).
    void (*gradient_sums)(Matrix<const T> x, Matrix<const T> dy, const ColumnMap<T>& xhat,
                          Matrix<T> to);
    /// dx = (dy - mean_dy - xhat * mean_product) * factor, which is 1 / sqrt(variance + epsilon)
    /// times the weight.
    void (*backward)(Matrix<const T> x, Matrix<const T> dy, const ColumnMap<T>& xhat,
                     const T* mean_dy, const T* mean_product, const T* factor, Matrix<T> dx);
};

template <class T>
struct LayerNormalizationKernels {
    /// y = xhat * weight + bias. `moments` (rows, kMoments) receives those of rows, if it has data.
    void (*forward)(Matrix<const T> x, const T* weight, const T* bias, T epsilon, Matrix<T> y,
                    Matrix<T> moments);
    /// `to` (kGradientSums, columns).
    void (*gradient_sums)(Matrix<const T> x, Matrix<const T> dy, Matrix<const T> moments,
                          Matrix<T> to);
    /// dx = (dy * weight - mean(dy * weight) - xhat * mean(dy * weight * xhat)) * factor.
    void (*backward)(Matrix<const T> x, Matrix<const T> dy, Matrix<const T> moments,
                     const T* weight, Matrix<T> dx);
};

}  // namespace ganglion
