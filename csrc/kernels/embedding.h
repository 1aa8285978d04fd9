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
    /// `rows` are those that are among the numbers, each once, in the order in which they come;
    /// `places` is for each number where in `rows` it is. Returns how many rows there are: after
    /// them `rows` is 0. `found`, with an element for each row of the table, may hold anything.
    Index (*list)(const T* numbers, Index count, T* found, T* rows, T* places);
};

}  // namespace ganglion
