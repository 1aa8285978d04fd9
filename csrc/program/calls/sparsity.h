#pragma once

#include <vector>

#include "program/accesses.h"
#include "program/frame.h"

namespace ganglion {

/// loss = what a batch's mean activations are away from a target. One member does it: it is little
/// work.
struct SparsityCall {
    BufferId sums;  // (units): of the activations, at so many positions of each of a batch's rows
    BufferId loss;
    Index positions;
    double target;
    BufferId total;  // (1): the sum of what the rows count; kNoBuffer: that is their number

    Accesses accesses() const { return {{sums, total}, {loss}}; }
    Division division(const Memory&) const { return Division::columns; }
    template <class T>
    void run(Frame<T>& frame) const;

    /// All of it, or nothing.
    template <class T>
    Block share(const Memory&, const Part& part, Index) const {
        return {{0, 1}, part.share(1, 1)};
    }
    std::vector<Block> touched(BufferId id, const Block& mine, const Memory& memory,
                               Index rows) const;
};

/// dsums = the gradient of the sums, from what the loss counts; or dsums has it added.
struct SparsityBackwardCall {
    BufferId sums;
    BufferId dy;
    BufferId dsums;
    Index positions;
    double target;
    BufferId total;  // as for SparsityCall
    bool accumulate;

    Accesses accesses() const;
    Division division(const Memory&) const { return Division::columns; }
    template <class T>
    void run(Frame<T>& frame) const;

    template <class T>
    Block share(const Memory& memory, const Part& part, Index rows) const;
    std::vector<Block> touched(BufferId id, const Block& mine, const Memory& memory,
                               Index rows) const;
};

}  // namespace ganglion
