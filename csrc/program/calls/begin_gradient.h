#pragma once

#include <vector>

#include "program/accesses.h"
#include "program/frame.h"

namespace ganglion {

/// gradient = `factor` times what each row, or each position of it, counts in a term of the goal.
struct BeginGradientCall {
    BufferId gradient;
    int term;
    double factor;
    BufferId weight = kNoBuffer;  // (batch): of each row; kNoBuffer: they are all 1

    Accesses accesses() const { return {{weight}, {gradient}}; }
    Division division(const Memory& memory) const { return memory.division_of_rows(gradient); }
    template <class T>
    void run(Frame<T>& frame) const;

    template <class T>
    Block share(const Memory& memory, const Part& part, Index rows) const {
        return memory.block_of_rows(gradient, part, rows);
    }
    std::vector<Block> touched(BufferId id, const Block& mine, const Memory& memory, Index) const {
        return {memory.same_rows(id, gradient, mine)};
    }
};

}  // namespace ganglion
