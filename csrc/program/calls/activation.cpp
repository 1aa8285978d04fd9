#include "program/calls/activation.h"

namespace ganglion {

template <class T>
void ActivationCall::run(Frame<T>& frame) const {
    kernels<T>().of(activation).forward(frame.mine(z), frame.mine(a), static_cast<T>(alpha));
}

template <class T>
void ActivationBackwardCall::run(Frame<T>& frame) const {
    kernels<T>()
        .of(activation)
        .backward(frame.mine(saved), frame.mine(da), frame.mine(dz), static_cast<T>(alpha));
}

template void ActivationCall::run(Frame<float>&) const;
template void ActivationCall::run(Frame<double>&) const;
template void ActivationBackwardCall::run(Frame<float>&) const;
template void ActivationBackwardCall::run(Frame<double>&) const;

}  // namespace ganglion
