#pragma once

#include <cstddef>
#include <cstdint>

#include "base/matrix.h"

namespace ganglion {

/// The types of numbers that data may come in.
enum class DataType {
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
    boolean
};

inline constexpr std::size_t kDataTypes = static_cast<std::size_t>(DataType::boolean) + 1;

/// Convert `count` numbers that lie one after the other, at any address, each times `scale`.
/// Returns false if one of the results is not finite.
template <class T>
using ConvertKernel = bool (*)(const void* from, T scale, T* to, Index count);

/// The same, each number less its `shift` times its `factor`, in float64: what is large and varies
/// little would lose its digits in a T.
template <class T>
using NormalizeKernel = bool (*)(const void* from, const double* shift, const double* factor, T* to,
                                 Index count);

}  // namespace ganglion
