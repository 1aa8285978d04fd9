#pragma once

#include <cstddef>

namespace ganglion {

/// Every size, index and stride in the core; counts elements, never bytes.
using Index = std::ptrdiff_t;

/// Half-open: begin <= i < end.
struct Range {
    Index begin;
    Index end;

    Index size() const { return end - begin; }
};

/// A view of a matrix someone else owns: element (i, j) is data[i * row_stride + j * col_stride].
template <class T>
struct Matrix {
    T* data;
    Index rows;
    Index cols;
    Index row_stride;
    Index col_stride = 1;

    T* at(Index i, Index j) const { return data + i * row_stride + j * col_stride; }

    Matrix some_rows(Range some) const {
        return {at(some.begin, 0), some.size(), cols, row_stride, col_stride};
    }

    Matrix transposed() const { return {data, cols, rows, col_stride, row_stride}; }

    operator Matrix<const T>() const { return {data, rows, cols, row_stride, col_stride}; }
};

/// Some columns of a matrix whose rows are contiguous.
template <class T>
Matrix<T> some_columns(const Matrix<T>& of, Range columns) {
    return {of.at(0, columns.begin), of.rows, columns.size(), of.row_stride};
}

/// `size` of what ends at `end`, from `begin` on, or as much as there is.
inline Range stretch(Index begin, Index size, Index end) {
    return {begin, begin + size < end ? begin + size : end};
}

inline Index ceil_div(Index a, Index b) { return (a + b - 1) / b; }

/// The largest multiple of `step` up to x, but at least one.
inline Index round_down(Index x, Index step) { return x < step ? step : x / step * step; }

}  // namespace ganglion
