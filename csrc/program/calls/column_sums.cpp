#include "program/calls/column_sums.h"

#include <algorithm>

namespace ganglion {

Index ColumnSums::depth(const Memory& memory, Index rows) const {
    const Extent& extent = memory.buffer(x).extent;
    return extent.rows_of(rows) * extent.positions;
}

template <class T>
Block ColumnSums::share(const Memory& memory, const Part& part, Index rows) const {
    const Index count = parts_of_depth(depth(memory, rows));
    return tile_share(part, count, memory.buffer(x).extent.channels, 1, kColumnGrain);
}

std::vector<Block> ColumnSums::touched(BufferId id, const Block& mine, const Memory& memory,
                                       Index rows) const {
    if (mine.size() == 0) return {};
    const Extent& extent = memory.buffer(id).extent;
    if (id == parts) {
        const Index first = std::max<Index>(mine.rows.begin, 1);
        const Index height = extent.positions;
        if (first >= mine.rows.end) return {};
        return {{{(first - 1) * height, (mine.rows.end - 1) * height}, mine.cols}};
    }
    if (id == sums && mine.rows.begin > 0) return {};
    if (extent.rows != kBatch) return {{{0, extent.rows * extent.positions}, mine.cols}};
    const Index all = depth(memory, rows);
    const Range deep{part_of_depth(mine.rows.begin, all).begin,
                     part_of_depth(mine.rows.end - 1, all).end};
    // what holds a position's own moments has columns of its own
    const bool has_columns = extent.channels == memory.buffer(x).extent.channels;
    return {{deep, has_columns ? mine.cols : Range{0, extent.channels}}};
}

template <class T>
Matrix<T> ColumnSums::sums_of(const Frame<T>& frame, Index number) const {
    if (number == 0) return frame.whole(sums);
    const Index height = frame.memory.buffer(parts).extent.positions;
    return frame.whole(parts).some_rows({(number - 1) * height, number * height});
}

BufferId ColumnSums::memory_for_parts(Memory& memory, Index max_batch) const {
    const Index others = parts_of_depth(depth(memory, max_batch)) - 1;
    if (others == 0) return kNoBuffer;
    const Buffer& first = memory.buffer(sums);
    const Extent extent{others, first.extent.positions, first.extent.channels};
    return memory.add_whole("parts of " + first.name, {Space::arena, extent});
}

template Block ColumnSums::share<float>(const Memory&, const Part&, Index) const;
template Block ColumnSums::share<double>(const Memory&, const Part&, Index) const;
template Matrix<float> ColumnSums::sums_of(const Frame<float>&, Index) const;
template Matrix<double> ColumnSums::sums_of(const Frame<double>&, Index) const;

}  // namespace ganglion
