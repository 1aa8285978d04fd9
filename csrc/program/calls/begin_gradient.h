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

    Accesses accesses() const { return {{}, {gradient}}; }
    Division division(const Memory& memory) const { return memory.division_of_rows(gradient); }
    template <class T>
    void run(Frame<T>& frame) const;

    template <class T>
    Block share(const Memory& memory, const Part& part, Index rows) const {
        return memory.block_of_rows(gradient, part, rows);
    }
    std::vector<Block> touched(BufferId, const Block& mine, const Memory&, Index) const {
        return {mine};
    }
};

}  // namespace ganglion
