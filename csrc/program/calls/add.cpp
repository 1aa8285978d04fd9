#include "program/calls/add.h"

namespace ganglion {

template <class T>
void AddCall::run(Frame<T>& frame) const {
    frame.with_matrices(kernels<T>().add, a, b, c);
}

template void AddCall::run(Frame<float>&) const;
template void AddCall::run(Frame<double>&) const;

}  // namespace ganglion
