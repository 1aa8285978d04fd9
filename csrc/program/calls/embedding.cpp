#include "program/calls/embedding.h"

#include <algorithm>

namespace ganglion {

template <class T>
void GatherRowsCall::run(Frame<T>& frame) const {
    kernels<T>().embedding.gather(frame.mine(numbers).data, frame.whole(table), frame.mine(y));
}

Accesses AddToRowsCall::accesses() const {
    Accesses found{{numbers, dy}, {dtable}};
    if (accumulate) found.also_read(dtable);
    return found;
}

std::vector<Block> AddToRowsCall::touched(BufferId id, const Block& mine, const Memory& memory,
                                          Index rows) const {
    if (id == dtable) return {mine};
    const Extent& extent = memory.buffer(id).extent;
    return {{{0, extent.rows_of(rows) * extent.positions}, {0, extent.channels}}};
}

template <class T>
void AddToRowsCall::run(Frame<T>& frame) const {
    const Range mine = share<T>(frame.memory, frame.part, frame.run.rows).rows;
    const Matrix<T> into = frame.whole(dtable);
    for (Index i = mine.begin; i < mine.end && !accumulate; ++i)
        std::fill_n(into.at(i, 0), into.cols, T{0});
    kernels<T>().embedding.add(frame.whole(numbers).data, frame.whole(dy), mine, into);
}

template void GatherRowsCall::run(Frame<float>&) const;
template void GatherRowsCall::run(Frame<double>&) const;
template void AddToRowsCall::run(Frame<float>&) const;
template void AddToRowsCall::run(Frame<double>&) const;

}  // namespace ganglion
