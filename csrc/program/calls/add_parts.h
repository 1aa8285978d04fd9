#pragma once

#include <vector>

#include "program/accesses.h"
#include "program/frame.h"

namespace ganglion {

/// Adds to `into` what each part of a depth but the first comes to (depth.h), in order: each member
/// has columns of its own. The depth goes along so many positions of each of a batch's rows.
struct AddPartsCall {
    BufferId parts;  // (parts but the first, rows of into, columns of into)
    BufferId into;
    Index positions;

    Accesses accesses() const { return {{parts, into}, {into}}; }
    Division division(const Memory&) const { return Division::columns; }
    template <class T>
    void run(Frame<T>& frame) const;

    /// The part's columns of `into`.
    template <class T>
    Block share(const Memory& memory, const Part& part, Index rows) const;
    std::vector<Block> touched(BufferId id, const Block& mine, const Memory& memory,
                               Index rows) const;
};

}  // namespace ganglion
