#pragma once

#include <vector>

#include "program/accesses.h"
#include "program/frame.h"

namespace ganglion {

/// y = the rows of a table whose numbers are fed, a position for each.
struct GatherRowsCall {
    BufferId numbers;  // (batch, ...), in one piece
    BufferId table;    // (rows, channels)
    BufferId y;        // (batch, as many positions as a row has numbers, channels)

    Accesses accesses() const { return {{numbers, table}, {y}}; }
    template <class T>
    void run(Frame<T>& frame) const;
};

/// dtable = the sums of what came from each row, in a batch's order; or dtable has it added. Each
/// member has rows of its own, and looks for what came from them in the whole batch.
struct AddToRowsCall {
    BufferId numbers;
    BufferId dy;
    BufferId dtable;
    bool accumulate;

    Accesses accesses() const;
    Division division(const Memory&) const { return Division::own_rows; }
    template <class T>
    void run(Frame<T>& frame) const;

    template <class T>
    Block share(const Memory& memory, const Part& part, Index rows) const {
        return memory.block_of_rows(dtable, part, rows);
    }
    std::vector<Block> touched(BufferId id, const Block& mine, const Memory& memory,
                               Index rows) const;
};

}  // namespace ganglion
