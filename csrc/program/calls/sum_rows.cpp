#include "program/calls/sum_rows.h"

#include <algorithm>

namespace ganglion {
namespace {

/// Columns of a share are a multiple of a cache line's, whatever the type.
constexpr Index kGrain = 16;

}  // namespace

Accesses SumRowsCall::accesses() const {
    Accesses found{{x}, {sums}};
    if (accumulate) found.also_read(sums);
    return found;
}

template <class T>
Block SumRowsCall::share(const Memory& memory, const Part& part, Index rows) const {
    const Extent& extent = memory.buffer(x).extent;
    return {{0, extent.rows_of(rows) * extent.positions}, part.share(extent.channels, kGrain)};
}

Block SumRowsCall::touched(BufferId id, const Block& mine, const Memory&, Index) const {
    return id == sums ? Block{{0, 1}, mine.cols} : mine;
}

template <class T>
void SumRowsCall::run(Frame<T>& frame) const {
    const Block mine = share<T>(frame.memory, frame.part, frame.run.rows);
    const Matrix<T> from = frame.whole(x);
    T* const to = frame.pointer(sums);
    if (!accumulate) std::fill(to + mine.cols.begin, to + mine.cols.end, T{0});
    for (Index i = mine.rows.begin; i < mine.rows.end; ++i) {
        const T* const row = from.at(i, 0);
        for (Index j = mine.cols.begin; j < mine.cols.end; ++j) to[j] += row[j];
    }
}

template Block SumRowsCall::share<float>(const Memory&, const Part&, Index) const;
template Block SumRowsCall::share<double>(const Memory&, const Part&, Index) const;
template void SumRowsCall::run(Frame<float>&) const;
template void SumRowsCall::run(Frame<double>&) const;

}  // namespace ganglion
