#pragma once

#include <optional>
#include <vector>

#include "base/matrix.h"
#include "plan/plan.h"

// Which parameters are updated where: by the products that make their gradients, or in a sweep, of
// all or of rows.

namespace ganglion {

/// The same ranges, each after those that begin before it.
std::vector<Range> in_order(std::vector<Range> ranges);

/// The first range that begins before the one in front of it ends, or is not among numbers up to
/// `size`; none where all are in order.
std::optional<Range> misplaced(const std::vector<Range>& ranges, Index size);

/// The numbers of the parameters that the plan's products update, in order.
std::vector<Range> updated_by(const Plan& plan);

/// The tables of which some rows have gradients, in order.
std::vector<Range> tables_of_rows(const Plan& plan);

/// Of each such table, as many numbers as its gradient may have.
std::vector<Index> most_in_rows(const Plan& plan);

/// What is in `ranges` and not in `taken`, which is in order.
std::vector<Range> without(const std::vector<Range>& taken, const std::vector<Range>& ranges);

/// What is in both.
std::vector<Range> within(const std::vector<Range>& some, const std::vector<Range>& ranges);

/// How many they are.
Index numbers_of(const std::vector<Range>& ranges);

/// The same numbers in as few ranges as can be; they are in order.
std::vector<Range> joined(const std::vector<Range>& ranges);

}  // namespace ganglion
