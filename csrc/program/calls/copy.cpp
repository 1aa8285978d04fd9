#include "program/calls/copy.h"

#include <algorithm>

namespace ganglion {

template <class T>
void CopyCall::run(Frame<T>& frame) const {
    const auto copy = [](Matrix<T> source, Matrix<T> target) {
        if (source.row_stride == source.cols && target.row_stride == target.cols) {
            std::copy_n(source.data, source.rows * source.cols, target.data);
            return;
        }
        for (Index i = 0; i < source.rows; ++i)
            std::copy_n(source.at(i, 0), source.cols, target.at(i, 0));
    };
    frame.with_matrices(copy, from, to);
}

template void CopyCall::run(Frame<float>&) const;
template void CopyCall::run(Frame<double>&) const;

}  // namespace ganglion
