#include "program/calls/clear.h"

#include <algorithm>

namespace ganglion {

template <class T>
void ClearCall::run(Frame<T>& frame) const {
    frame.with_matrices(
        [](Matrix<T> to) {
            for (Index i = 0; i < to.rows; ++i) std::fill_n(to.at(i, 0), to.cols, T{0});
        },
        y);
}

template void ClearCall::run(Frame<float>&) const;
template void ClearCall::run(Frame<double>&) const;

}  // namespace ganglion
