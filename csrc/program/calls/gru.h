#pragma once

#include "program/accesses.h"
#include "program/calls/cell_function.h"
#include "program/calls/walk.h"

namespace ganglion {

/// From position to position, by the cell of `kernels/cells.h`, where the state is multiplied
/// before it is reset: q = h of the position before · recurrent + bias; kept and reset are
/// activated sums of z and q, the candidate is phi(z + reset * q). Walked along h. `gates` has
/// kept, reset, q of the candidate, and the candidate, at as many positions as h has, or else at
/// one, for the position that is walked.
struct GRUCall : WalkForth {
    BufferId z;
    BufferId bias;  // or kNoBuffer
    BufferId gates;
    CellFunction phi;
    CellFunction of_gates;

    Accesses accesses() const { return {{z, recurrent, bias}, {along, gates}}; }
    template <class T>
    void run(Frame<T>& frame) const;
};

/// From the last position to the first, the gradients of z and q. Walked along that of z.
struct GRUBackwardCall : WalkBack {
    BufferId gates;
    BufferId h;
    BufferId dy;  // of h, but for what comes from the position after
    BufferId dq;
    BufferId dh;  // of one position, for this call alone: all that comes to h
    CellFunction phi;
    CellFunction of_gates;

    Accesses accesses() const { return {{gates, h, dy, recurrent}, {along, dq, dh}}; }
    template <class T>
    void run(Frame<T>& frame) const;
};

}  // namespace ganglion
