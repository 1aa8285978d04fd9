#include "program/calls/simple_rnn.h"

namespace ganglion {

template <class T>
void SimpleRNNCall::run(Frame<T>& frame) const {
    if (frame.rows.size() == 0) return;
    const auto phi = kernels<T>().of(activation).forward;
    const T slope = static_cast<T>(alpha);
    const Index positions = frame.memory.buffer(along).extent.positions;
    CarriedProduct<T> carried(frame, recurrent, false);
    for (Index t = 0; t < positions && !frame.stops(); ++t) {
        const Matrix<T> h = frame.at_position(along, t);
        const Matrix<T> sum = sums == kNoBuffer ? h : frame.at_position(sums, t);
        copy_rows(frame.at_position(z, t), sum);
        if (t == 0)
            phi(sum, h, slope);
        else
            carried.add_to(sum, frame.at_position(along, t - 1),
                           {.activate = phi, .activated = h, .alpha = slope});
    }
}

template <class T>
void SimpleRNNBackwardCall::run(Frame<T>& frame) const {
    if (frame.rows.size() == 0) return;
    const auto derive = kernels<T>().of(activation).backward;
    const T slope = static_cast<T>(alpha);
    const Index last = frame.memory.buffer(along).extent.positions - 1;
    CarriedProduct<T> carried(frame, recurrent, true);
    for (Index t = last; t >= 0 && !frame.stops(); --t) {
        const Matrix<T> dz = frame.at_position(along, t);
        const Matrix<T> at = frame.at_position(saved, t);
        copy_rows(frame.at_position(dh, t), dz);
        if (t == last)
            derive(at, dz, dz, slope);
        else
            carried.add_to(dz, frame.at_position(along, t + 1),
                           {.derive = derive, .saved = at, .alpha = slope});
    }
}

template void SimpleRNNCall::run(Frame<float>&) const;
template void SimpleRNNCall::run(Frame<double>&) const;
template void SimpleRNNBackwardCall::run(Frame<float>&) const;
template void SimpleRNNBackwardCall::run(Frame<double>&) const;

}  // namespace ganglion
