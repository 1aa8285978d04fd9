#pragma once

#include <cstdint>

#include "base/matrix.h"
#include "kernels/convert.h"

namespace ganglion {

/// A table someone else owns: samples in rows, of any type, with any strides (in bytes). It is
/// read a batch at a time and converted on the way, each value times `scale`; or, where the columns
/// have factors, less its column's shift times its column's factor.
struct DataView {
    const void* data;
    DataType type;
    Index rows;
    Index cols;
    Index row_stride;
    Index col_stride;
    double scale = 1;
    const double* shift = nullptr;   // (cols), and
    const double* factor = nullptr;  // (cols), or both null
};

/// Copy the samples `rows[0..to.rows)` of `from`, or with null `rows` those from `first` on, into
/// `to`. Returns false if a copied number is not finite.
template <class T>
bool gather(const DataView& from, const std::int64_t* rows, Index first, Matrix<T> to);

/// Of numbers that say where in memory to look: put 0 in the place of those that are not whole, or
/// not from 0 to below `count`. Returns false if there was one.
template <class T>
bool hold_indices_below(Index count, Matrix<T> numbers);

/// A view of a matrix.
template <class T>
DataView view_of(Matrix<const T> matrix);

/// Ask memory for the beginnings of samples that will be gathered soon: the hardware sees the rest
/// of a row coming, but not where the next one lies.
void ask_for(const DataView& from, const std::int64_t* rows, Index count);

/// The place of the first number, row by row, that is not finite as a T; row is -1 if there is
/// none.
struct Place {
    Index row;
    Index col;
};
template <class T>
Place first_not_finite(const DataView& data);
/// The same of the first that as a T is no whole number from 0 to below `count`.
template <class T>
Place first_no_index(const DataView& data, Index count);

}  // namespace ganglion
