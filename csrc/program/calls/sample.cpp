#include "program/calls/sample.h"

#include "program/noise_source.h"

namespace ganglion {

template <class T>
void SampleCall::run(Frame<T>& frame) const {
    kernels<T>().sample({.mean = frame.mine(mean),
                         .log_variance = frame.mine(log_variance),
                         .y = frame.mine(y),
                         .source = noise_source(frame, y, stream)});
}

template <class T>
void SampleBackwardCall::run(Frame<T>& frame) const {
    kernels<T>().sample_backward({.dy = frame.mine(dy),
                                  .log_variance = frame.mine(log_variance),
                                  .d_log_variance = frame.mine(d_log_variance),
                                  .source = noise_source(frame, d_log_variance, stream)});
}

template void SampleCall::run(Frame<float>&) const;
template void SampleCall::run(Frame<double>&) const;
template void SampleBackwardCall::run(Frame<float>&) const;
template void SampleBackwardCall::run(Frame<double>&) const;

}  // namespace ganglion
