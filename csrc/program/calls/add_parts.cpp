#include "program/calls/add_parts.h"

#include "program/depth.h"

namespace ganglion {

template <class T>
Block AddPartsCall::share(const Memory& memory, const Part& part, Index) const {
    const Extent& extent = memory.buffer(into).extent;
    return {{0, extent.rows * extent.positions}, part.share(extent.channels, kColumnGrain)};
}

std::vector<Block> AddPartsCall::touched(BufferId id, const Block& mine, const Memory&,
                                         Index rows) const {
    const Index others = parts_of_depth(rows * positions) - 1;
    if (others == 0) return {};
    if (id == into) return {mine};
    return {{{0, others * mine.rows.size()}, mine.cols}};
}

template <class T>
void AddPartsCall::run(Frame<T>& frame) const {
    const Block mine = share<T>(frame.memory, frame.part, frame.run.rows);
    const auto columns = [&](Matrix<T> all, Index first_row) {
        return Matrix<T>{all.at(first_row, mine.cols.begin), mine.rows.size(), mine.cols.size(),
                         all.row_stride};
    };
    const Matrix<T> to = columns(frame.whole(into), 0);
    const Matrix<T> from = frame.whole(parts);
    const Index others = parts_of_depth(frame.run.rows * positions) - 1;
    for (Index number = 0; number < others; ++number)
        kernels<T>().add(to, columns(from, number * mine.rows.size()), to);
}

template Block AddPartsCall::share<float>(const Memory&, const Part&, Index) const;
template Block AddPartsCall::share<double>(const Memory&, const Part&, Index) const;
template void AddPartsCall::run(Frame<float>&) const;
template void AddPartsCall::run(Frame<double>&) const;

}  // namespace ganglion
