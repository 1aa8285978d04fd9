#include "program/calls/normal_kl.h"

namespace ganglion {

Accesses NormalKLBackwardCall::accesses() const {
    Accesses found{{log_variance, dy}, {dx}};
    if (accumulate) found.also_read(dx);
    return found;
}

template <class T>
void NormalKLCall::run(Frame<T>& frame) const {
    kernels<T>().normal_kl(
        {frame.mine(mean), frame.mine(log_variance), frame.memory.buffer(mean).extent.positions},
        frame.mine(sums).data);
}

template <class T>
void NormalKLBackwardCall::run(Frame<T>& frame) const {
    kernels<T>().normal_kl_backward(frame.mine(log_variance),
                                    frame.memory.buffer(log_variance).extent.positions,
                                    {frame.mine(dy).data, frame.mine(dx), accumulate});
}

template void NormalKLCall::run(Frame<float>&) const;
template void NormalKLCall::run(Frame<double>&) const;
template void NormalKLBackwardCall::run(Frame<float>&) const;
template void NormalKLBackwardCall::run(Frame<double>&) const;

}  // namespace ganglion
