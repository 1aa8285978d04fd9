#pragma once

#include "program/accesses.h"
#include "program/calls/cell_function.h"
#include "program/calls/walk.h"

namespace ganglion {

/// From position to position, by the cell of `kernels/cells.h`: the gates are activated sums of z
/// and h of the position before · recurrent; c is made of them, and h = out * phi(c). Walked along
/// h. What backward reads has as many positions as h, or else one, for the position that is walked.
struct LSTMCall : WalkForth {
    BufferId z;
    BufferId gates;
    BufferId c;
    BufferId activated;  // phi(c)
    CellFunction phi;
    CellFunction of_gates;

    Accesses accesses() const { return {{z, recurrent}, {along, gates, c, activated}}; }
    template <class T>
    void run(Frame<T>& frame) const;
};

/// From the last position to the first, the gradient of z. Walked along it.
struct LSTMBackwardCall : WalkBack {
    BufferId gates;
    BufferId c;
    BufferId activated;
    BufferId dy;       // of h, but for what comes from the position after
    BufferId dh;       // of one position, for this call alone: all that comes to h
    BufferId dc;       // likewise: to c from the position after
    BufferId through;  // likewise: to c from h
    CellFunction phi;
    CellFunction of_gates;

    Accesses accesses() const {
        return {{gates, c, activated, dy, recurrent}, {along, dh, dc, through}};
    }
    template <class T>
    void run(Frame<T>& frame) const;
};

}  // namespace ganglion
