#pragma once

#include <string>

#include "program/extent.h"

namespace ganglion {

using ValueId = int;

inline constexpr ValueId kNoValue = -1;

enum class ValueKind { input, parameter, intermediate };

/// Whole numbers below this are told apart in float32.
inline constexpr Index kMostIndices = Index{1} << 24;

/// A value of whole numbers from 0 to below `count`; 0: it may hold any.
struct Indexed {
    ValueId value = kNoValue;
    Index count = 0;
};

struct Value {
    ValueKind kind;
    std::string name;
    Extent extent;
    int slot = -1;  // of a parameter, in the table
};

}  // namespace ganglion
