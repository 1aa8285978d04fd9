#include "program/calls/gru.h"

namespace ganglion {
namespace {

/// Of units that there are so many of, the columns of z and its gradient, and of gates, which have
/// q in the candidate's place, and the candidate behind.
struct GRUColumns {
    Index units;

    Range kept() const { return {0, units}; }
    Range reset() const { return {units, 2 * units}; }
    Range kept_and_reset() const { return {0, 2 * units}; }
    Range candidate() const { return {2 * units, 3 * units}; }
    Range sums() const { return {0, 3 * units}; }
    Range activated() const { return {3 * units, 4 * units}; }
};

}  // namespace

template <class T>
void GRUCall::run(Frame<T>& frame) const {
    if (frame.rows.size() == 0) return;
    const Kernels<T>& k = kernels<T>();
    const Extent& extent = frame.memory.buffer(along).extent;
    const GRUColumns columns{extent.channels};
    CarriedProduct<T> carried(frame, recurrent, false);
    for (Index t = 0; t < extent.positions && !frame.stops(); ++t) {
        const Matrix<T> from = frame.at_position(z, t);
        const Matrix<T> all = slot(frame, gates, t);
        const Matrix<T> sums = some_columns(all, columns.sums());
        const Matrix<T> before = t > 0 ? frame.at_position(along, t - 1) : Matrix<T>{};
        fill_rows(frame.pointer(bias), sums);
        if (t > 0) carried.add_to(sums, before);
        const Matrix<T> two = some_columns(all, columns.kept_and_reset());
        k.add(some_columns(from, columns.kept_and_reset()), two, two);
        of_gates.activate(two);
        const Matrix<T> fresh = some_columns(all, columns.activated());
        k.multiply(some_columns(all, columns.reset()), some_columns(all, columns.candidate()),
                   fresh);
        k.add(some_columns(from, columns.candidate()), fresh, fresh);
        phi.activate(fresh);
        k.gru.forward(some_columns(all, columns.kept()), fresh, before,
                      frame.at_position(along, t));
    }
}

template <class T>
void GRUBackwardCall::run(Frame<T>& frame) const {
    if (frame.rows.size() == 0) return;
    const Kernels<T>& k = kernels<T>();
    const Index last = frame.memory.buffer(along).extent.positions - 1;
    const Matrix<T> to_h = frame.at_position(dh, 0);
    const GRUColumns columns{to_h.cols};
    CarriedProduct<T> carried(frame, recurrent, true);
    fill_rows<T>(nullptr, to_h);
    for (Index t = last; t >= 0 && !frame.stops(); --t) {
        const Matrix<T> all = frame.at_position(gates, t);
        const Matrix<T> dz = frame.at_position(along, t);
        const Matrix<T> to_q = frame.at_position(dq, t);
        const Matrix<T> fresh = some_columns(all, columns.activated());
        const Matrix<T> dfresh = some_columns(dz, columns.candidate());
        if (t < last) carried.add_to(to_h, frame.at_position(dq, t + 1));
        k.add(to_h, frame.at_position(dy, t), to_h);
        k.gru.backward({.kept = some_columns(all, columns.kept()),
                        .candidate = fresh,
                        .before = t > 0 ? frame.at_position(h, t - 1) : Matrix<T>{},
                        .dh = to_h,
                        .dkept = some_columns(dz, columns.kept()),
                        .dcandidate = dfresh});
        phi.derive(fresh, dfresh);
        k.multiply(dfresh, some_columns(all, columns.candidate()),
                   some_columns(dz, columns.reset()));
        k.multiply(dfresh, some_columns(all, columns.reset()),
                   some_columns(to_q, columns.candidate()));
        const Matrix<T> two = some_columns(dz, columns.kept_and_reset());
        of_gates.derive(some_columns(all, columns.kept_and_reset()), two);
        copy_rows(two, some_columns(to_q, columns.kept_and_reset()));
    }
}

template void GRUCall::run(Frame<float>&) const;
template void GRUCall::run(Frame<double>&) const;
template void GRUBackwardCall::run(Frame<float>&) const;
template void GRUBackwardCall::run(Frame<double>&) const;

}  // namespace ganglion
