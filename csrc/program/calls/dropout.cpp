#include "program/calls/dropout.h"

namespace ganglion {

template <class T>
void DropoutCall::run(Frame<T>& frame) const {
    const Index positions = frame.memory.buffer(x).extent.positions;
    kernels<T>().dropout({.x = frame.mine(x),
                          .y = frame.mine(y),
                          .rate = rate,
                          .seed = frame.run.seed,
                          .stream = stream,
                          .step = frame.run.step,
                          .first_row = (frame.run.first_row + frame.rows.begin) * positions});
}

template void DropoutCall::run(Frame<float>&) const;
template void DropoutCall::run(Frame<double>&) const;

}  // namespace ganglion
