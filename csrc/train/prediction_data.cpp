#include "train/prediction_data.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "kernels/kernels.h"

namespace ganglion {
namespace {

/// The bytes from the first to behind the last of a view's, of numbers of up to 8; strides in
/// bytes.
std::pair<std::uintptr_t, std::uintptr_t> extent(const void* data, Index rows, Index cols,
                                                 Index row_stride, Index col_stride) {
    const Index down = (rows - 1) * row_stride;
    const Index across = (cols - 1) * col_stride;
    const auto at = [data](Index bytes) {
        return reinterpret_cast<std::uintptr_t>(data) + static_cast<std::uintptr_t>(bytes);
    };
    return {at(std::min<Index>(down, 0) + std::min<Index>(across, 0)),
            at(std::max<Index>(down, 0) + std::max<Index>(across, 0) + 8)};
}

}  // namespace

template <class T>
bool share_memory(std::span<const DataView> x, std::span<const Matrix<T>> y) {
    constexpr Index number = sizeof(T);
    for (const DataView& from : x) {
        const auto read = extent(from.data, from.rows, from.cols, from.row_stride, from.col_stride);
        for (const Matrix<T>& to : y) {
            const auto written = extent(to.data, to.rows, to.cols, to.row_stride * number, number);
            if (read.first < written.second && written.first < read.second) return true;
        }
    }
    return false;
}

template <class T>
const T* as_it_lies(const DataView& x) {
    constexpr Index number = sizeof(T);
    const DataType type = number == sizeof(float) ? DataType::float32 : DataType::float64;
    const bool contiguous =
        x.col_stride == number && (x.rows == 1 || x.row_stride == x.cols * number);
    const bool aligned = reinterpret_cast<std::uintptr_t>(x.data) % alignof(T) == 0;
    const bool as_read = x.type == type && x.scale == 1 && x.factor == nullptr;
    return contiguous && aligned && as_read ? static_cast<const T*>(x.data) : nullptr;
}

template <class T>
bool gather_share(Range share, const DataView& x, Index first, const Matrix<T>& into) {
    const Matrix<T> mine = into.some_rows(share);
    const void* const given = static_cast<const char*>(x.data) + first * x.row_stride;
    if (into.data == given) return kernels<T>().all_finite(mine.data, mine.rows * mine.cols);
    return gather(x, nullptr, first + share.begin, mine);
}

template <class T>
void copy_share(Range share, const Matrix<T>& from, const Matrix<T>& to) {
    for (Index i = share.begin; i < share.end; ++i)
        std::copy_n(from.at(i, 0), from.cols, to.at(i, 0));
}

template bool share_memory(std::span<const DataView>, std::span<const Matrix<float>>);
template bool share_memory(std::span<const DataView>, std::span<const Matrix<double>>);
template const float* as_it_lies(const DataView&);
template const double* as_it_lies(const DataView&);
template bool gather_share(Range, const DataView&, Index, const Matrix<float>&);
template bool gather_share(Range, const DataView&, Index, const Matrix<double>&);
template void copy_share(Range, const Matrix<float>&, const Matrix<float>&);
template void copy_share(Range, const Matrix<double>&, const Matrix<double>&);

}  // namespace ganglion
