#include "program/calls/l1_l2.h"

namespace ganglion {

Accesses L1L2BackwardCall::accesses() const {
    Accesses found{{x, dy}, {dx}};
    if (accumulate) found.also_read(dx);
    return found;
}

template <class T>
void L1L2Call::run(Frame<T>& frame) const {
    kernels<T>().l1_l2({frame.own(x), frame.memory.buffer(x).extent.positions, l1, l2},
                       frame.own(sums).data);
}

template <class T>
void L1L2BackwardCall::run(Frame<T>& frame) const {
    kernels<T>().l1_l2_backward({frame.own(x), frame.memory.buffer(x).extent.positions, l1, l2},
                                {frame.own(dy).data, frame.own(dx), accumulate});
}

template void L1L2Call::run(Frame<float>&) const;
template void L1L2Call::run(Frame<double>&) const;
template void L1L2BackwardCall::run(Frame<float>&) const;
template void L1L2BackwardCall::run(Frame<double>&) const;

}  // namespace ganglion
