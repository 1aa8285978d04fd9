#pragma once

#include "kernels/activation.h"
#include "program/accesses.h"
#include "program/calls/walk.h"

namespace ganglion {

/// From position to position, h = phi(z + h of the one before · recurrent), zeros before the first.
/// Walked along h. Where the derivative needs it, what phi is applied to is kept in `sums`.
struct SimpleRNNCall : WalkForth {
    BufferId z;
    BufferId sums;  // or kNoBuffer
    Activation activation;
    double alpha;

    Accesses accesses() const { return {{z, recurrent}, {along, sums}}; }
    template <class T>
    void run(Frame<T>& frame) const;
};

/// From the last position to the first, dz = (dh + dz of the one after · recurrentᵀ) * phi'(saved).
/// Walked along dz.
struct SimpleRNNBackwardCall : WalkBack {
    BufferId saved;
    BufferId dh;
    Activation activation;
    double alpha;

    Accesses accesses() const { return {{saved, dh, recurrent}, {along}}; }
    template <class T>
    void run(Frame<T>& frame) const;
};

}  // namespace ganglion
