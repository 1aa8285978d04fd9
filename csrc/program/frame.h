#pragma once

#include <vector>

#include "base/stop.h"
#include "base/team.h"
#include "kernels/kernels.h"
#include "program/buffer.h"
#include "program/division.h"
#include "program/run.h"
#include "program/step_along.h"

namespace ganglion {

/// What a part of a call runs on: here a buffer becomes an address.
template <class T>
struct Frame {
    const Memory& memory;
    const std::vector<double>& numbers;  // the program's
    const std::vector<T*>& pointers;     // by BufferId: its first element
    const std::vector<const T*>*
        packed;  // by BufferId: a copy as pack_b makes it, or null; or null
    T* scratch;  // the member's own
    const Part part;
    const Range rows;  // the part's, of a batch
    Stop& stop;
    const Run& run;
    const StepAlong<T>& along;  // the step that gradients make where they are made
    bool finite = true;         // is every parameter that was updated finite?

    T* pointer(BufferId id) const {
        return id == kNoBuffer ? nullptr : pointers[static_cast<std::size_t>(id)];
    }

    const T* packed_copy(BufferId id) const {
        const bool any = packed != nullptr && id != kNoBuffer;
        return any ? (*packed)[static_cast<std::size_t>(id)] : nullptr;
    }

    /// A buffer that makes a matrix; of kNoBuffer one without data.
    Matrix<T> whole(BufferId id) const {
        if (id == kNoBuffer) return {};
        const Buffer& buffer = memory.buffer(id);
        const Extent& extent = buffer.extent;
        return {pointer(id), extent.rows_of(run.rows) * extent.positions, extent.channels,
                buffer.matrix_stride()};
    }

    /// The part's rows of a buffer that makes a matrix.
    Matrix<T> mine(BufferId id) const {
        if (id == kNoBuffer) return {};
        const Index positions = memory.buffer(id).extent.positions;
        return whole(id).some_rows({rows.begin * positions, rows.end * positions});
    }

    /// The same, also of a buffer whose rows are the same in any batch.
    Matrix<T> own(BufferId id) const {
        const Extent& extent = memory.buffer(id).extent;
        const Range share = memory.rows_share(extent, part, run.rows);
        return whole(id).some_rows({share.begin * extent.positions, share.end * extent.positions});
    }

    /// The part's rows at one position of a buffer of any strides.
    Matrix<T> at_position(BufferId id, Index position) const {
        const Buffer& buffer = memory.buffer(id);
        return {pointer(id) + rows.begin * buffer.row_stride + position * buffer.position_stride,
                rows.size(), buffer.extent.channels, buffer.row_stride};
    }

    /// Call `body` with the part's rows of buffers of any strides, as matrices of the same rows.
    template <class Body, class... Ids>
    void with_matrices(const Body& body, Ids... ids) const {
        if ((memory.buffer(ids).is_matrix() && ...)) return body(mine(ids)...);
        for (Index row = rows.begin; row < rows.end; ++row) body(positions_of(ids, row)...);
    }

    /// The leader asks whether to stop; the others look at what it was told.
    bool stops() const { return part.rank == 0 ? stop.poll() : stop.wanted(); }

  private:
    Matrix<T> positions_of(BufferId id, Index row) const {
        const Buffer& buffer = memory.buffer(id);
        return {pointer(id) + row * buffer.row_stride, buffer.extent.positions,
                buffer.extent.channels, buffer.position_stride};
    }
};

}  // namespace ganglion
