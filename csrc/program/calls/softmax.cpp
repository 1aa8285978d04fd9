#include "program/calls/softmax.h"

namespace ganglion {

template <class T>
void SoftmaxCall::run(Frame<T>& frame) const {
    kernels<T>().softmax(frame.mine(z), frame.mine(a));
}

template <class T>
void SoftmaxBackwardCall::run(Frame<T>& frame) const {
    kernels<T>().softmax_backward(frame.mine(a), frame.mine(da), frame.mine(dz));
}

template void SoftmaxCall::run(Frame<float>&) const;
template void SoftmaxCall::run(Frame<double>&) const;
template void SoftmaxBackwardCall::run(Frame<float>&) const;
template void SoftmaxBackwardCall::run(Frame<double>&) const;

}  // namespace ganglion
