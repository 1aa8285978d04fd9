#pragma once

#include "base/matrix.h"

namespace ganglion {

/// Rows of a table by their numbers, which are whole, and each one of the table's: whoever copied
/// them has looked.
template <class T>
struct EmbeddingKernels {
    /// Row i of y is row `numbers[i]` of the table.
    void (*gather)(const T* numbers, Matrix<const T> table, Matrix<T> y);
    /// Row `numbers[i]` of the table has row i of y added, one after the other. What lies outside
    /// of the rows `mine` is left to others.
    void (*add)(const T* numbers, Matrix<const T> y, Range mine, Matrix<T> table);
};

}  // namespace ganglion
