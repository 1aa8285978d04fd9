#include "program/calls/lstm.h"

namespace ganglion {
namespace {

/// Of units that there are so many of, the columns of gates: the first two, the candidate, the
/// last.
struct LSTMColumns {
    Index units;

    Range in_and_kept() const { return {0, 2 * units}; }
    Range candidate() const { return {2 * units, 3 * units}; }
    Range out() const { return {3 * units, 4 * units}; }
};

}  // namespace

template <class T>
void LSTMCall::run(Frame<T>& frame) const {
    if (frame.rows.size() == 0) return;
    const Kernels<T>& k = kernels<T>();
    const Extent& extent = frame.memory.buffer(along).extent;
    const LSTMColumns columns{extent.channels};
    CarriedProduct<T> carried(frame, recurrent, false);
    for (Index t = 0; t < extent.positions && !frame.stops(); ++t) {
        const Matrix<T> sums = slot(frame, gates, t);
        const Matrix<T> state = slot(frame, c, t);
        const Matrix<T> active = slot(frame, activated, t);
        copy_rows(frame.at_position(z, t), sums);
        if (t > 0) carried.add_to(sums, frame.at_position(along, t - 1));
        of_gates.activate(some_columns(sums, columns.in_and_kept()));
        phi.activate(some_columns(sums, columns.candidate()));
        of_gates.activate(some_columns(sums, columns.out()));
        k.lstm.forward(sums, t > 0 ? slot(frame, c, t - 1) : Matrix<T>{}, state);
        phi.activate(state, active);
        k.multiply(some_columns(sums, columns.out()), active, frame.at_position(along, t));
    }
}

template <class T>
void LSTMBackwardCall::run(Frame<T>& frame) const {
    if (frame.rows.size() == 0) return;
    const Kernels<T>& k = kernels<T>();
    const Index last = frame.memory.buffer(along).extent.positions - 1;
    const Matrix<T> to_h = frame.at_position(dh, 0);
    const Matrix<T> to_c = frame.at_position(dc, 0);
    const Matrix<T> by_h = frame.at_position(through, 0);
    const LSTMColumns columns{to_h.cols};
    CarriedProduct<T> carried(frame, recurrent, true);
    fill_rows<T>(nullptr, to_c);
    for (Index t = last; t >= 0 && !frame.stops(); --t) {
        const Matrix<T> active_gates = frame.at_position(gates, t);
        const Matrix<T> active = frame.at_position(activated, t);
        const Matrix<T> dz = frame.at_position(along, t);
        copy_rows(frame.at_position(dy, t), to_h);
        if (t < last) carried.add_to(to_h, frame.at_position(along, t + 1));
        k.multiply(to_h, some_columns(active_gates, columns.out()), by_h);
        phi.derive(active, by_h);
        k.lstm.backward({.gates = active_gates,
                         .before = t > 0 ? frame.at_position(c, t - 1) : Matrix<T>{},
                         .activated = active,
                         .dh = to_h,
                         .through = by_h,
                         .dc = to_c,
                         .dgates = dz});
        for (const Range some : {columns.in_and_kept(), columns.out()})
            of_gates.derive(some_columns(active_gates, some), some_columns(dz, some));
        phi.derive(some_columns(active_gates, columns.candidate()),
                   some_columns(dz, columns.candidate()));
    }
}

template void LSTMCall::run(Frame<float>&) const;
template void LSTMCall::run(Frame<double>&) const;
template void LSTMBackwardCall::run(Frame<float>&) const;
template void LSTMBackwardCall::run(Frame<double>&) const;

}  // namespace ganglion
