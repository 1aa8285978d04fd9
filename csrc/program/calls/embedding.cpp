#include "program/calls/embedding.h"

#include <algorithm>

namespace ganglion {
namespace {

Block whole(BufferId id, const Memory& memory, Index rows) {
    const Extent& extent = memory.buffer(id).extent;
    return {{0, extent.rows_of(rows) * extent.positions}, {0, extent.channels}};
}

}  // namespace

template <class T>
void GatherRowsCall::run(Frame<T>& frame) const {
    kernels<T>().embedding.gather(frame.mine(numbers).data, frame.whole(table), frame.mine(y));
}

Accesses AddToRowsCall::accesses() const {
    Accesses found{{numbers, dy, count}, {sums}};
    if (accumulate) found.also_read(sums);
    return found;
}

std::vector<Block> AddToRowsCall::touched(BufferId id, const Block& mine, const Memory& memory,
                                          Index rows) const {
    return {id == sums ? mine : whole(id, memory, rows)};
}

/// The part's rows of sums: how many there are in all may depend on the batch.
template <class T>
Range AddToRowsCall::rows_of(const Frame<T>& frame) const {
    if (count == kNoBuffer) return share<T>(frame.memory, frame.part, frame.run.rows).rows;
    return frame.part.share(static_cast<Index>(*frame.pointer(count)), 1);
}

template <class T>
void AddToRowsCall::run(Frame<T>& frame) const {
    const Range mine = rows_of(frame);
    const Matrix<T> into = frame.whole(sums);
    for (Index i = mine.begin; i < mine.end && !accumulate; ++i)
        std::fill_n(into.at(i, 0), into.cols, T{0});
    kernels<T>().embedding.add(frame.whole(numbers).data, frame.whole(dy), mine, into);
}

std::vector<Block> ListRowsCall::touched(BufferId id, const Block& mine, const Memory& memory,
                                         Index rows) const {
    if (mine.size() == 0) return {};
    return {whole(id, memory, rows)};
}

template <class T>
void ListRowsCall::run(Frame<T>& frame) const {
    if (share<T>(frame.memory, frame.part, frame.run.rows).size() == 0) return;
    const Matrix<T> from = frame.whole(numbers);
    *frame.pointer(count) = static_cast<T>(
        kernels<T>().embedding.list(from.data, from.rows * from.cols, frame.pointer(found),
                                    frame.pointer(listed), frame.pointer(places)));
}

template void GatherRowsCall::run(Frame<float>&) const;
template void GatherRowsCall::run(Frame<double>&) const;
template void AddToRowsCall::run(Frame<float>&) const;
template void AddToRowsCall::run(Frame<double>&) const;
template void ListRowsCall::run(Frame<float>&) const;
template void ListRowsCall::run(Frame<double>&) const;

}  // namespace ganglion
