#include "program/calls/layer_normalization.h"

#include <algorithm>

namespace ganglion {
namespace {

/// A parameter of the channels; where there is none, scratch memory full of `otherwise`.
template <class T>
const T* numbers_of(const Frame<T>& frame, BufferId id, T* scratch, Index count, T otherwise) {
    if (id != kNoBuffer) return frame.pointer(id);
    std::fill_n(scratch, count, otherwise);
    return scratch;
}

}  // namespace

template <class T>
Index NormalizePositionsCall::scratch_size(const Memory& memory, Index) const {
    return 2 * memory.buffer(x).extent.channels;
}

template <class T>
void NormalizePositionsCall::run(Frame<T>& frame) const {
    const Matrix<T> from = frame.mine(x);
    const T* const scale = numbers_of(frame, weight, frame.scratch, from.cols, T{1});
    const T* const shift = numbers_of(frame, bias, frame.scratch + from.cols, from.cols, T{0});
    kernels<T>().layer_normalization.forward(from, scale, shift, static_cast<T>(epsilon),
                                             frame.mine(y), frame.mine(moments));
}

template <class T>
void PositionGradientSumsCall::run(Frame<T>& frame) const {
    const Matrix<T> from = frame.whole(x);
    const Matrix<T> gradient = frame.whole(dy);
    const Matrix<T> of_rows = frame.whole(moments);
    const Block mine = share<T>(frame.memory, frame.part, frame.run.rows);
    for_each_part(frame, mine, [&](Index number, Range rows) {
        kernels<T>().layer_normalization.gradient_sums(
            some_columns(from.some_rows(rows), mine.cols),
            some_columns(gradient.some_rows(rows), mine.cols), of_rows.some_rows(rows),
            some_columns(sums_of(frame, number), mine.cols));
    });
}

template <class T>
Index NormalizePositionsBackwardCall::scratch_size(const Memory& memory, Index) const {
    return memory.buffer(x).extent.channels;
}

template <class T>
void NormalizePositionsBackwardCall::run(Frame<T>& frame) const {
    const Matrix<T> from = frame.mine(x);
    const T* const scale = numbers_of(frame, weight, frame.scratch, from.cols, T{1});
    kernels<T>().layer_normalization.backward(from, frame.mine(dy), frame.mine(moments), scale,
                                              frame.mine(dx));
}

template Index NormalizePositionsCall::scratch_size<float>(const Memory&, Index) const;
template Index NormalizePositionsCall::scratch_size<double>(const Memory&, Index) const;
template void NormalizePositionsCall::run(Frame<float>&) const;
template void NormalizePositionsCall::run(Frame<double>&) const;
template void PositionGradientSumsCall::run(Frame<float>&) const;
template void PositionGradientSumsCall::run(Frame<double>&) const;
template Index NormalizePositionsBackwardCall::scratch_size<float>(const Memory&, Index) const;
template Index NormalizePositionsBackwardCall::scratch_size<double>(const Memory&, Index) const;
template void NormalizePositionsBackwardCall::run(Frame<float>&) const;
template void NormalizePositionsBackwardCall::run(Frame<double>&) const;

}  // namespace ganglion
