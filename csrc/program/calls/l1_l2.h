#pragma once

#include <vector>

#include "program/accesses.h"
#include "program/frame.h"

namespace ganglion {

/// sums = of each row of x, l1 times the sizes and l2 times the squares of its numbers. x may be
/// of a batch, or have the same rows in any.
struct L1L2Call {
    BufferId x;
    BufferId sums;
    double l1;
    double l2;

    Accesses accesses() const { return {{x}, {sums}}; }
    Division division(const Memory& memory) const { return memory.division_of_rows(x); }
    template <class T>
    void run(Frame<T>& frame) const;

    template <class T>
    Block share(const Memory& memory, const Part& part, Index rows) const {
        return memory.block_of_rows(x, part, rows);
    }
    std::vector<Block> touched(BufferId id, const Block& mine, const Memory& memory, Index) const {
        return {memory.same_rows(id, x, mine)};
    }
};

/// dx = the gradient of x, from what each row's sum counts; or dx has it added.
struct L1L2BackwardCall {
    BufferId x;
    BufferId dy;
    BufferId dx;
    double l1;
    double l2;
    bool accumulate;

    Accesses accesses() const;
    Division division(const Memory& memory) const { return memory.division_of_rows(x); }
    template <class T>
    void run(Frame<T>& frame) const;

    template <class T>
    Block share(const Memory& memory, const Part& part, Index rows) const {
        return memory.block_of_rows(x, part, rows);
    }
    std::vector<Block> touched(BufferId id, const Block& mine, const Memory& memory, Index) const {
        return {memory.same_rows(id, x, mine)};
    }
};

}  // namespace ganglion
