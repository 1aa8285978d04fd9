#include "program/calls/batch_normalization.h"

#include <algorithm>
#include <cmath>

namespace ganglion {
namespace {

constexpr Index kOfMap = 3;  // what a map of the columns takes of scratch memory, a column

template <class T>
T number_at(const T* numbers, Index j, T otherwise) {
    return numbers == nullptr ? otherwise : numbers[j];
}

/// (x - mean) / sqrt(variance + epsilon) * weight + bias, as a map of the columns, in scratch
/// memory. A variance that is too large gives no number, rather than a factor of 0.
template <class T>
ColumnMap<T> map_of(const Frame<T>& frame, const Statistics& by, const T* weight, const T* bias,
                    Range columns, Index all) {
    T* const mean = frame.scratch;
    T* const factor = mean + all;
    T* const shift = factor + all;
    const T* const of_mean = frame.pointer(by.mean);
    const T* const rest = frame.pointer(by.rest);
    const T* const variance = frame.pointer(by.variance);
    for (Index j = columns.begin; j < columns.end; ++j) {
        const T deviation = std::sqrt(variance[j] + static_cast<T>(by.epsilon));
        mean[j] = number_at(of_mean, j, T{0});
        factor[j] = number_at(weight, j, T{1}) / deviation;
        shift[j] =
            number_at(bias, j, T{0}) - number_at(rest, j, T{0}) * factor[j] + variance[j] * 0;
    }
    return {mean + columns.begin, factor + columns.begin, shift + columns.begin};
}

}  // namespace

template <class T>
Index NormalizeChannelsCall::scratch_size(const Memory& memory, Index) const {
    return kOfMap * memory.buffer(x).extent.channels;
}

template <class T>
void NormalizeChannelsCall::run(Frame<T>& frame) const {
    const Matrix<T> from = frame.mine(x);
    const ColumnMap<T> map =
        map_of(frame, by, frame.pointer(weight), frame.pointer(bias), {0, from.cols}, from.cols);
    kernels<T>().batch_normalization.map(from, map, frame.mine(y));
}

template <class T>
Index ChannelGradientSumsCall::scratch_size(const Memory& memory, Index) const {
    return kOfMap * memory.buffer(x).extent.channels;
}

template <class T>
void ChannelGradientSumsCall::run(Frame<T>& frame) const {
    const Matrix<T> from = frame.whole(x);
    const Matrix<T> gradient = frame.whole(dy);
    const Block mine = share<T>(frame.memory, frame.part, frame.run.rows);
    const T* const none = nullptr;
    const ColumnMap<T> xhat = map_of(frame, by, none, none, mine.cols, from.cols);
    for_each_part(frame, mine, [&](Index number, Range rows) {
        kernels<T>().batch_normalization.gradient_sums(
            some_columns(from.some_rows(rows), mine.cols),
            some_columns(gradient.some_rows(rows), mine.cols), xhat,
            some_columns(sums_of(frame, number), mine.cols));
    });
}

/// For the map, the means of the gradient's sums, and the factors.
template <class T>
Index NormalizeChannelsBackwardCall::scratch_size(const Memory& memory, Index) const {
    return (kOfMap + kGradientSums + 1) * memory.buffer(x).extent.channels;
}

template <class T>
void NormalizeChannelsBackwardCall::run(Frame<T>& frame) const {
    const Matrix<T> from = frame.mine(x);
    const Matrix<T> of_all = frame.whole(sums);
    const Index n = from.cols;
    const T* const none = nullptr;
    const ColumnMap<T> xhat = map_of(frame, by, none, none, {0, n}, n);
    T* const mean_dy = frame.scratch + kOfMap * n;
    T* const mean_product = mean_dy + n;
    T* const factor = mean_product + n;
    const auto depth = static_cast<T>(frame.whole(x).rows);
    for (Index j = 0; j < n; ++j) {
        mean_dy[j] = *of_all.at(0, j) / depth;
        mean_product[j] = *of_all.at(1, j) / depth;
        factor[j] = xhat.factor[j] * number_at<T>(frame.pointer(weight), j, T{1});
    }
    kernels<T>().batch_normalization.backward(from, frame.mine(dy), xhat, mean_dy, mean_product,
                                              factor, frame.mine(dx));
}

template Index NormalizeChannelsCall::scratch_size<float>(const Memory&, Index) const;
template Index NormalizeChannelsCall::scratch_size<double>(const Memory&, Index) const;
template void NormalizeChannelsCall::run(Frame<float>&) const;
template void NormalizeChannelsCall::run(Frame<double>&) const;
template Index ChannelGradientSumsCall::scratch_size<float>(const Memory&, Index) const;
template Index ChannelGradientSumsCall::scratch_size<double>(const Memory&, Index) const;
template void ChannelGradientSumsCall::run(Frame<float>&) const;
template void ChannelGradientSumsCall::run(Frame<double>&) const;
template Index NormalizeChannelsBackwardCall::scratch_size<float>(const Memory&, Index) const;
template Index NormalizeChannelsBackwardCall::scratch_size<double>(const Memory&, Index) const;
template void NormalizeChannelsBackwardCall::run(Frame<float>&) const;
template void NormalizeChannelsBackwardCall::run(Frame<double>&) const;

}  // namespace ganglion
