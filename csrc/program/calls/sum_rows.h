#pragma once

#include "program/accesses.h"
#include "program/frame.h"

namespace ganglion {

/// sums (1, channels) = the sum of x's rows and positions, in order: each member has columns of its
/// own, of the whole batch.
struct SumRowsCall {
    BufferId x;
    BufferId sums;
    bool accumulate;

    Accesses accesses() const;
    Division division(const Memory&) const { return Division::columns; }
    template <class T>
    void run(Frame<T>& frame) const;

    template <class T>
    Block share(const Memory& memory, const Part& part, Index rows) const;
    Block touched(BufferId id, const Block& mine, const Memory& memory, Index rows) const;
};

}  // namespace ganglion
