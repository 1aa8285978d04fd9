#pragma once

#include <vector>

#include "program/accesses.h"
#include "program/frame.h"

namespace ganglion {

/// sums (1, channels) = the sum of x's rows and positions, in order, cut as depth.h says: each
/// member has columns of its own, of the whole batch.
struct SumRowsCall {
    BufferId x;
    BufferId sums;
    bool accumulate;
    BufferId weight = kNoBuffer;  // (batch): what each row counts; kNoBuffer: all are 1

    Accesses accesses() const;
    Division division(const Memory&) const { return Division::columns; }
    template <class T>
    Index scratch_size(const Memory& memory, Index max_batch) const;
    template <class T>
    void run(Frame<T>& frame) const;

    template <class T>
    Block share(const Memory& memory, const Part& part, Index rows) const;
    std::vector<Block> touched(BufferId id, const Block& mine, const Memory& memory,
                               Index rows) const;
};

}  // namespace ganglion
