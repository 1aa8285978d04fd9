#pragma once

#include <string>
#include <vector>

#include "base/team.h"
#include "program/division.h"
#include "program/extent.h"

namespace ganglion {

using BufferId = int;
using StorageId = int;

inline constexpr BufferId kNoBuffer = -1;

/// Where a storage's memory is.
enum class Space {
    arena,       // the workspace of a run
    parameters,  // the parameter store's values
    gradients,   // and their gradients
};

/// Memory that one or more buffers lie in.
struct Storage {
    Space space;
    Extent extent;
    Index offset = 0;  // in elements of its space; the plan sets those in the arena

    /// Elements where a batch has so many rows.
    Index size(Index batch) const { return extent.rows_of(batch) * extent.row_size(); }
};

/// A view of a storage: the element at (row, position, channel) is number
/// `offset + row * row_stride + position * position_stride + channel` of it.
struct Buffer {
    std::string name;
    Extent extent;
    StorageId storage;
    Index offset;
    Index row_stride;
    Index position_stride;

    /// Do its numbers make a matrix of rows * positions rows?
    bool is_matrix() const {
        return extent.positions == 1 || row_stride == extent.positions * position_stride;
    }
    /// Do the numbers of a row lie one after the other?
    bool is_dense_in_row() const {
        return extent.positions == 1 || position_stride == extent.channels;
    }
    /// Do all its numbers, row after row, lie one after the other?
    bool is_in_one_piece() const { return is_dense_in_row() && row_stride == extent.row_size(); }
    /// Where a position's channels begin in the storage, all positions of all rows counted through.
    Index begin_of(Index position) const {
        return offset + position / extent.positions * row_stride +
               position % extent.positions * position_stride;
    }
    /// From one row of the matrix to the next.
    Index matrix_stride() const { return extent.positions == 1 ? row_stride : position_stride; }
};

/// The buffers of a program, the storages they lie in, and how their rows are shared out.
struct Memory {
    std::vector<Storage> storages;
    std::vector<Buffer> buffers;
    Index row_grain = 4;  // shares of a batch's rows are multiples of so many

    /// A part of a batch's rows, the same in every call, and for who fills the inputs.
    Range row_share(const Part& part, Index rows) const { return part.share(rows, row_grain); }

    /// A part of the rows that something has, in a batch of so many.
    Range rows_share(const Extent& extent, const Part& part, Index batch) const {
        return extent.rows == kBatch ? row_share(part, batch) : part.share(extent.rows, row_grain);
    }

    /// How a call is divided that goes along a buffer's rows.
    Division division_of_rows(BufferId id) const {
        return buffer(id).extent.rows == kBatch ? Division::rows : Division::own_rows;
    }
    /// A part of such a call.
    Block block_of_rows(BufferId id, const Part& part, Index batch) const {
        const Extent& extent = buffer(id).extent;
        const Range share = rows_share(extent, part, batch);
        return {{share.begin * extent.positions, share.end * extent.positions},
                {0, extent.channels}};
    }
    /// The same rows of another buffer.
    Block same_rows(BufferId other, BufferId id, const Block& mine) const {
        const Extent& to = buffer(other).extent;
        const Index positions = buffer(id).extent.positions;
        return {
            {mine.rows.begin / positions * to.positions, mine.rows.end / positions * to.positions},
            {0, to.channels}};
    }

    const Buffer& buffer(BufferId id) const { return buffers[static_cast<std::size_t>(id)]; }
    const Storage& storage(StorageId id) const { return storages[static_cast<std::size_t>(id)]; }
    const Storage& storage_of(BufferId id) const { return storage(buffer(id).storage); }

    /// The number of its first element in its space.
    Index begin(BufferId id) const { return storage_of(id).offset + buffer(id).offset; }
    /// Elements of the storage of a parameter or its gradient, as numbers of their space.
    Range numbers(BufferId id) const {
        const Storage& all = storage_of(id);
        return {all.offset, all.offset + all.size(all.extent.rows)};
    }

    StorageId add_storage(const Storage& storage) {
        storages.push_back(storage);
        return static_cast<StorageId>(storages.size()) - 1;
    }
    BufferId add_buffer(Buffer buffer) {
        buffers.push_back(std::move(buffer));
        return static_cast<BufferId>(buffers.size()) - 1;
    }
    /// A buffer that is the whole of a new storage.
    BufferId add_whole(const std::string& name, const Storage& storage) {
        const Extent& extent = storage.extent;
        return add_buffer(
            {name, extent, add_storage(storage), 0, extent.row_size(), extent.channels});
    }
};

}  // namespace ganglion
