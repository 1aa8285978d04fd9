#include "program/calls/add_noise.h"

#include "program/noise_source.h"

namespace ganglion {

template <class T>
void AddNoiseCall::run(Frame<T>& frame) const {
    kernels<T>().add_noise({.x = frame.mine(x),
                            .y = frame.mine(y),
                            .deviation = deviation,
                            .source = noise_source(frame, y, stream)});
}

template void AddNoiseCall::run(Frame<float>&) const;
template void AddNoiseCall::run(Frame<double>&) const;

}  // namespace ganglion
