#include "program/calls/sum_rows.h"

#include <algorithm>

#include "program/depth.h"

namespace ganglion {
namespace {

/// Add some columns of rows and their positions, those of each row times what it counts.
template <class T>
void add_rows(Matrix<T> x, Range depth, Range cols, Matrix<T> weights, Index positions, T* sums) {
    for (Index i = depth.begin; i < depth.end; ++i) {
        const T* const row = x.at(i, 0);
        if (weights.data == nullptr) {
            for (Index j = cols.begin; j < cols.end; ++j) sums[j] += row[j];
            continue;
        }
        const T counts = *weights.at(i / positions, 0);
        if (counts == 0) continue;
        for (Index j = cols.begin; j < cols.end; ++j) sums[j] += counts * row[j];
    }
}

}  // namespace

Accesses SumRowsCall::accesses() const {
    Accesses found{{x, weight}, {sums}};
    if (accumulate) found.also_read(sums);
    return found;
}

template <class T>
Block SumRowsCall::share(const Memory& memory, const Part& part, Index rows) const {
    const Extent& extent = memory.buffer(x).extent;
    return {{0, extent.rows_of(rows) * extent.positions},
            part.share(extent.channels, kColumnGrain)};
}

std::vector<Block> SumRowsCall::touched(BufferId id, const Block& mine, const Memory& memory,
                                        Index) const {
    if (mine.size() == 0) return {};
    if (id == weight) return {memory.same_rows(weight, x, mine)};
    return {id == sums ? Block{{0, 1}, mine.cols} : mine};
}

/// For the sums of a part.
template <class T>
Index SumRowsCall::scratch_size(const Memory& memory, Index max_batch) const {
    const Extent& extent = memory.buffer(x).extent;
    const Index depth = extent.rows_of(max_batch) * extent.positions;
    return parts_of_depth(depth) > 1 ? extent.channels : 0;
}

template <class T>
void SumRowsCall::run(Frame<T>& frame) const {
    const Block mine = share<T>(frame.memory, frame.part, frame.run.rows);
    const Matrix<T> from = frame.whole(x);
    const Matrix<T> weights = frame.whole(weight);
    const Index positions = frame.memory.buffer(x).extent.positions;
    T* const to = frame.pointer(sums);
    for (Index number = 0; number < parts_of_depth(mine.rows.size()); ++number) {
        const Range depth = part_of_depth(number, mine.rows.size());
        T* const of_part = number == 0 ? to : frame.scratch;
        const bool begins = number > 0 || !accumulate;
        if (begins) std::fill(of_part + mine.cols.begin, of_part + mine.cols.end, T{0});
        add_rows(from, depth, mine.cols, weights, positions, of_part);
        if (number == 0) continue;
        for (Index j = mine.cols.begin; j < mine.cols.end; ++j) to[j] += of_part[j];
    }
}

template Index SumRowsCall::scratch_size<float>(const Memory&, Index) const;
template Index SumRowsCall::scratch_size<double>(const Memory&, Index) const;
template Block SumRowsCall::share<float>(const Memory&, const Part&, Index) const;
template Block SumRowsCall::share<double>(const Memory&, const Part&, Index) const;
template void SumRowsCall::run(Frame<float>&) const;
template void SumRowsCall::run(Frame<double>&) const;

}  // namespace ganglion
