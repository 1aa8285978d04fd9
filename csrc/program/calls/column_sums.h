#pragma once

#include <optional>
#include <vector>

#include "program/calls/add_parts.h"
#include "program/depth.h"
#include "program/frame.h"

namespace ganglion {

/// What calls have in common that sum up each channel of `x` over a batch's rows and positions. The
/// depth is cut as depth.h says: what the first part comes to is `sums`, as if it were all, what
/// the others do lies in `parts`, for a call that adds them. Members share parts and columns, so
/// that few channels of many positions are shared too.
struct ColumnSums {
    BufferId x;
    BufferId sums;               // (1, sums of a column, channels)
    BufferId parts = kNoBuffer;  // (parts but the first, sums of a column, channels); kNoBuffer
                                 // where no batch has more than one

    Division division(const Memory&) const { return Division::tiles; }
    /// The numbers of the parts, and the columns.
    template <class T>
    Block share(const Memory& memory, const Part& part, Index rows) const;
    std::vector<Block> touched(BufferId id, const Block& mine, const Memory& memory,
                               Index rows) const;

    /// The positions of all rows.
    Index depth(const Memory& memory, Index rows) const;
    /// Where a part's sums go, of all columns.
    template <class T>
    Matrix<T> sums_of(const Frame<T>& frame, Index number) const;
    /// Call `body(number, rows)` for each of a member's parts, with the positions it is of.
    template <class T, class Body>
    void for_each_part(const Frame<T>& frame, const Block& mine, const Body& body) const {
        const Index all = depth(frame.memory, frame.run.rows);
        for (Index number = mine.rows.begin; number < mine.rows.end; ++number)
            body(number, part_of_depth(number, all));
    }

    /// Memory for the parts, where batches may be so large that there are several.
    BufferId memory_for_parts(Memory& memory, Index max_batch) const;
};

/// A call that sums up columns, with its depth cut where batches may be so large that it is.
template <class Call>
std::optional<Call> with_parts(Call call, Memory& memory, Index max_batch) {
    call.parts = call.memory_for_parts(memory, max_batch);
    if (call.parts == kNoBuffer) return std::nullopt;
    return call;
}

}  // namespace ganglion
