#pragma once

#include "base/matrix.h"

// Losses without targets. A row has several positions where matrices have a row for each.

namespace ganglion {

/// l1 times the sum of the sizes of a row's numbers, and l2 times that of their squares.
template <class T>
struct L1L2Args {
    Matrix<const T> x;  // (rows * positions, n)
    Index positions;
    double l1;
    double l2;
};

/// The divergence of a normal distribution with these means and logarithms of variances from the
/// standard normal (Kingma and Welling, 2013).
template <class T>
struct NormalKLArgs {
    Matrix<const T> mean;          // (rows * positions, n)
    Matrix<const T> log_variance;  // as large
    Index positions;
};

/// Of each row's loss, the gradient of what the loss is of.
template <class T>
struct TermGradient {
    const T* dy;   // (rows): what each row counts
    Matrix<T> dx;  // (rows * positions, n)
    bool accumulate;
};

/// The divergence of units that are active with probability `target` from units that are so as
/// often as their activations come to in the mean, the sum over the units (Ng, 2011).
template <class T>
struct SparsityArgs {
    const T* sums;  // (units): of the activations
    Index units;
    T count;  // of the activations of each, or the sum of what they count
    double target;
};

/// Rows that each have the same added, as often as they count.
template <class T>
struct AddRowArgs {
    const T* row;     // (n)
    const T* weight;  // (rows): what each counts; null: 1
    Index positions;  // of each
    Matrix<T> y;      // (rows * positions, n)
    bool accumulate;  // or is it written?
};

}  // namespace ganglion
