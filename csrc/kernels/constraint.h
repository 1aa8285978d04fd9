#pragma once

#include "base/matrix.h"

namespace ganglion {

/// Make columns, or rows, whose norm is larger than `most` as much shorter. False where a norm is
/// not finite: the numbers are then NaN.
template <class T>
using LimitNorms = bool (*)(Matrix<T> w, T most);

}  // namespace ganglion
