#pragma once

#include <utility>
#include <vector>

#include "base/matrix.h"

// Ranges as Python has them: pairs of the first and what is behind the last.

namespace ganglion {

using Pairs = std::vector<std::pair<Index, Index>>;

inline Pairs pairs_of(const std::vector<Range>& ranges) {
    Pairs pairs;
    for (const Range& range : ranges) pairs.emplace_back(range.begin, range.end);
    return pairs;
}

inline std::vector<Range> ranges_of(const Pairs& pairs) {
    std::vector<Range> ranges;
    for (const auto& [begin, end] : pairs) ranges.push_back({begin, end});
    return ranges;
}

}  // namespace ganglion
