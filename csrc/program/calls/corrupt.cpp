#include "program/calls/corrupt.h"

#include "program/noise_source.h"

namespace ganglion {

template <class T>
void CorruptCall::run(Frame<T>& frame) const {
    kernels<T>().corrupt({.x = frame.mine(x),
                          .y = frame.mine(y),
                          .rate = rate,
                          .scale = scale,
                          .low = low,
                          .high = high,
                          .source = noise_source(frame, y, stream)});
}

template void CorruptCall::run(Frame<float>&) const;
template void CorruptCall::run(Frame<double>&) const;

}  // namespace ganglion
