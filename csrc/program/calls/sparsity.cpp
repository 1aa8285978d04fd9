#include "program/calls/sparsity.h"

namespace ganglion {
namespace {

/// What a unit's activations count in all. Where none does, 1: their mean is 0.
template <class T>
T activations_counted(const Frame<T>& frame, BufferId total, Index positions) {
    if (total == kNoBuffer) return static_cast<T>(frame.run.rows * positions);
    const T counted = *frame.pointer(total) * static_cast<T>(positions);
    return counted == 0 ? T{1} : counted;
}

}  // namespace

std::vector<Block> SparsityCall::touched(BufferId id, const Block& mine, const Memory& memory,
                                         Index) const {
    if (mine.size() == 0) return {};
    return {{{0, 1}, {0, memory.buffer(id).extent.channels}}};
}

template <class T>
void SparsityCall::run(Frame<T>& frame) const {
    if (share<T>(frame.memory, frame.part, frame.run.rows).size() == 0) return;
    const Index units = frame.memory.buffer(sums).extent.channels;
    const T count = activations_counted(frame, total, positions);
    *frame.pointer(loss) = kernels<T>().sparsity({frame.pointer(sums), units, count, target});
}

Accesses SparsityBackwardCall::accesses() const {
    Accesses found{{sums, dy, total}, {dsums}};
    if (accumulate) found.also_read(dsums);
    return found;
}

template <class T>
Block SparsityBackwardCall::share(const Memory& memory, const Part& part, Index) const {
    return {{0, 1}, part.share(memory.buffer(sums).extent.channels, kColumnGrain)};
}

std::vector<Block> SparsityBackwardCall::touched(BufferId id, const Block& mine, const Memory&,
                                                 Index) const {
    return {id == dy || id == total ? Block{{0, 1}, {0, 1}} : mine};
}

template <class T>
void SparsityBackwardCall::run(Frame<T>& frame) const {
    const Range mine = share<T>(frame.memory, frame.part, frame.run.rows).cols;
    const T count = activations_counted(frame, total, positions);
    kernels<T>().sparsity_backward(
        {frame.pointer(sums) + mine.begin, mine.size(), count, target},
        {frame.pointer(dy),
         {frame.pointer(dsums) + mine.begin, 1, mine.size(), mine.size()},
         accumulate});
}

template void SparsityCall::run(Frame<float>&) const;
template void SparsityCall::run(Frame<double>&) const;
template void SparsityBackwardCall::run(Frame<float>&) const;
template void SparsityBackwardCall::run(Frame<double>&) const;
template Block SparsityBackwardCall::share<float>(const Memory&, const Part&, Index) const;
template Block SparsityBackwardCall::share<double>(const Memory&, const Part&, Index) const;

}  // namespace ganglion
