#include "program/calls/multiply.h"

namespace ganglion {

template <class T>
void MultiplyCall::run(Frame<T>& frame) const {
    frame.with_matrices(kernels<T>().multiply, a, b, c);
}

template void MultiplyCall::run(Frame<float>&) const;
template void MultiplyCall::run(Frame<double>&) const;

}  // namespace ganglion
