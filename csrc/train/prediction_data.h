#pragma once

#include <span>

#include "base/matrix.h"
#include "train/data.h"

// How data come into a predictor's memory, and out of it.

namespace ganglion {

/// May an x and a y share memory? Then all rows of a batch are to be read before one is written.
template <class T>
bool share_memory(std::span<const DataView> x, std::span<const Matrix<T>> y);

/// Where the numbers of x lie, if one after the other, and as products read them; else null.
template <class T>
const T* as_it_lies(const DataView& x);

/// Gather a share of the rows of a batch that begins at row `first` of x; where `into` is that row
/// itself, look at them. Returns false if a number is not finite.
template <class T>
bool gather_share(Range share, const DataView& x, Index first, const Matrix<T>& into);

template <class T>
void copy_share(Range share, const Matrix<T>& from, const Matrix<T>& to);

}  // namespace ganglion
