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

/// sums = what came from each row of a table, added up in a batch's order; or sums has it added.
/// Each member has rows of its own, and looks for what came from them in the whole batch.
struct AddToRowsCall {
    BufferId numbers;  // of the rows of sums
    BufferId dy;
    BufferId sums;
    bool accumulate;
    BufferId count =
        kNoBuffer;  // (1): of the rows of sums that are numbered; kNoBuffer: all may be

    Accesses accesses() const;
    Division division(const Memory&) const { return Division::own_rows; }
    template <class T>
    void run(Frame<T>& frame) const;

    template <class T>
    Block share(const Memory& memory, const Part& part, Index rows) const {
        return memory.block_of_rows(sums, part, rows);
    }
    std::vector<Block> touched(BufferId id, const Block& mine, const Memory& memory,
                               Index rows) const;

  private:
    template <class T>
    Range rows_of(const Frame<T>& frame) const;
};

/// listed = the numbers that a batch holds, each once; places = of each, where in that list it is.
/// One member does it: it is little work.
struct ListRowsCall {
    BufferId numbers;  // (batch, ...), in one piece
    BufferId listed;   // (batch, as many positions as a row has numbers)
    BufferId places;   // as large
    BufferId count;    // (1): of those listed
    BufferId found;    // (rows of the table): where in the list each is, for this call alone

    Accesses accesses() const { return {{numbers}, {listed, places, count, found}}; }
    Division division(const Memory&) const { return Division::own_rows; }
    template <class T>
    void run(Frame<T>& frame) const;

    /// All of it, or nothing.
    template <class T>
    Block share(const Memory&, const Part& part, Index) const {
        return {part.share(1, 1), {0, 1}};
    }
    std::vector<Block> touched(BufferId id, const Block& mine, const Memory& memory,
                               Index rows) const;
};

}  // namespace ganglion
