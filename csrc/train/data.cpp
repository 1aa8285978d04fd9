#include "train/data.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <type_traits>

#include "base/buffer.h"
#include "kernels/kernels.h"

namespace ganglion {
namespace {

constexpr Index kAskedBytes = 256;
constexpr Index kNearBytes = 128 * 1024;  // so much stays in the second cache
constexpr Index kWidestItem = 8;

/// Call `body` with a value of the C++ type that `type` names.
template <class Body>
auto with_type(DataType type, const Body& body) {
    switch (type) {
        case DataType::float32:
            return body(float{});
        case DataType::float64:
            return body(double{});
        case DataType::int8:
            return body(std::int8_t{});
        case DataType::int16:
            return body(std::int16_t{});
        case DataType::int32:
            return body(std::int32_t{});
        case DataType::int64:
            return body(std::int64_t{});
        case DataType::uint8:
            return body(std::uint8_t{});
        case DataType::uint16:
            return body(std::uint16_t{});
        case DataType::uint32:
            return body(std::uint32_t{});
        case DataType::uint64:
            return body(std::uint64_t{});
        case DataType::boolean:
            break;
    }
    return body(std::uint8_t{});  // NumPy's bool is a byte, 0 or 1
}

/// Arrays may lie at any address: memory maps with an offset, fields of records.
template <class Source>
Source read(const char* from) {
    Source value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

/// The number at an address, which lies in a column, as it is read.
template <class Source, class T>
T number_at(const DataView& data, const char* at, Index col) {
    const Source value = read<Source>(at);
    if (data.factor == nullptr) return static_cast<T>(value) * static_cast<T>(data.scale);
    return static_cast<T>((static_cast<double>(value) - data.shift[col]) * data.factor[col]);
}

/// Convert one row whose numbers lie apart; returns false if one is not finite. The view is a copy,
/// which nothing written through `to` can change: its fields stay in registers.
template <class Source, class T>
bool convert_strided(DataView data, const char* from, T* to, Index count) {
    bool finite = true;
    for (Index j = 0; j < count; ++j) {
        to[j] = number_at<Source, T>(data, from + j * data.col_stride, j);
        finite &= to[j] * 0 == 0;  // infinity times zero is not a number
    }
    return finite;
}

/// The first place whose number, as a T, is not `good`.
template <class T, class Good>
Place first_that_is_not(const Good& good, const DataView& data) {
    return with_type(data.type, [&](auto sample) -> Place {
        using Source = decltype(sample);
        const char* const base = static_cast<const char*>(data.data);
        for (Index i = 0; i < data.rows; ++i) {
            for (Index j = 0; j < data.cols; ++j) {
                const char* const at = base + i * data.row_stride + j * data.col_stride;
                if (!good(number_at<Source, T>(data, at, j))) return {i, j};
            }
        }
        return {-1, -1};
    });
}

template <class T>
bool is_index_below(Index count, T number) {
    const bool within = number >= 0 && number < static_cast<T>(count);
    return within && static_cast<T>(static_cast<Index>(number)) == number;
}

}  // namespace

template <class T>
bool gather(const DataView& from, const std::int64_t* rows, Index first, Matrix<T> to) {
    const char* const base = static_cast<const char*>(from.data);
    const T scale = static_cast<T>(from.scale);
    const auto convert = kernels<T>().conversions[static_cast<std::size_t>(from.type)];
    const auto normalize = kernels<T>().normalizations[static_cast<std::size_t>(from.type)];
    return with_type(from.type, [&](auto sample) {
        using Source = decltype(sample);
        // a number alone makes no vector
        const bool contiguous =
            to.cols > 1 && from.col_stride == static_cast<Index>(sizeof(Source));
        bool finite = true;
        for (Index i = 0; i < to.rows; ++i) {
            const Index row = rows == nullptr ? first + i : static_cast<Index>(rows[i]);
            const char* const at = base + row * from.row_stride;
            if (!contiguous) {
                finite &= convert_strided<Source>(from, at, to.at(i, 0), to.cols);
            } else if (from.factor == nullptr) {
                finite &= convert(at, scale, to.at(i, 0), to.cols);
            } else {
                finite &= normalize(at, from.shift, from.factor, to.at(i, 0), to.cols);
            }
        }
        return finite;
    });
}

template <class T>
bool hold_indices_below(Index count, Matrix<T> numbers) {
    bool all = true;
    for (Index i = 0; i < numbers.rows; ++i) {
        for (Index j = 0; j < numbers.cols; ++j) {
            T& number = *numbers.at(i, j);
            const bool good = is_index_below(count, number);
            all &= good;
            number = good ? number : 0;
        }
    }
    return all;
}

void ask_for(const DataView& from, const std::int64_t* rows, Index count) {
    if (from.rows * std::abs(from.row_stride) <= kNearBytes) return;
    if (from.col_stride <= 0 || from.col_stride > kWidestItem) return;  // they do not lie together
    const char* const base = static_cast<const char*>(from.data);
    const Index bytes = std::min(from.cols * from.col_stride, kAskedBytes);
    for (Index i = 0; i < count; ++i) {
        const char* const row = base + static_cast<Index>(rows[i]) * from.row_stride;
        for (Index at = 0; at < bytes; at += kAlignment) __builtin_prefetch(row + at);
    }
}

template <class T>
Place first_not_finite(const DataView& data) {
    const bool whole = data.type != DataType::float32 && data.type != DataType::float64;
    if (whole && data.factor == nullptr) return {-1, -1};
    return first_that_is_not<T>([](T number) { return std::isfinite(number); }, data);
}

template <class T>
Place first_no_index(const DataView& data, Index count) {
    return first_that_is_not<T>([count](T number) { return is_index_below(count, number); }, data);
}

template <class T>
DataView view_of(Matrix<const T> matrix) {
    constexpr Index number = sizeof(T);
    return {.data = matrix.data,
            .type = number == sizeof(float) ? DataType::float32 : DataType::float64,
            .rows = matrix.rows,
            .cols = matrix.cols,
            .row_stride = matrix.row_stride * number,
            .col_stride = matrix.col_stride * number};
}

template bool gather(const DataView&, const std::int64_t*, Index, Matrix<float>);
template bool gather(const DataView&, const std::int64_t*, Index, Matrix<double>);

template bool hold_indices_below(Index, Matrix<float>);
template bool hold_indices_below(Index, Matrix<double>);

template Place first_not_finite<float>(const DataView&);
template Place first_not_finite<double>(const DataView&);
template Place first_no_index<float>(const DataView&, Index);
template Place first_no_index<double>(const DataView&, Index);
template DataView view_of(Matrix<const float>);
template DataView view_of(Matrix<const double>);

}  // namespace ganglion
