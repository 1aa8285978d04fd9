#include "train/swept.h"

#include <algorithm>
#include <utility>

namespace ganglion {

std::vector<Range> in_order(std::vector<Range> ranges) {
    std::sort(ranges.begin(), ranges.end(), [](Range a, Range b) { return a.begin < b.begin; });
    return ranges;
}

std::optional<Range> misplaced(const std::vector<Range>& ranges, Index size) {
    Index end = 0;
    for (const Range& range : ranges) {
        if (range.begin < end || range.end < range.begin || range.end > size) return range;
        end = range.end;
    }
    return std::nullopt;
}

std::vector<Range> updated_by(const Plan& plan) {
    std::vector<Range> updated;
    for (const Step& step : plan.steps) {
        const BufferId weight = updated_by(step.call);
        if (weight != kNoBuffer) updated.push_back(plan.memory.numbers(weight));
    }
    return in_order(std::move(updated));
}

std::vector<Range> tables_of_rows(const Plan& plan) {
    std::vector<Range> tables;
    for (const RowGradient& one : plan.row_gradients)
        tables.push_back(plan.memory.numbers(one.table));
    return in_order(std::move(tables));
}

std::vector<Index> most_in_rows(const Plan& plan) {
    std::vector<Index> numbers;
    for (const RowGradient& one : plan.row_gradients)
        numbers.push_back(plan.memory.storage_of(one.gradient).size(plan.max_batch));
    return numbers;
}

std::vector<Range> without(const std::vector<Range>& taken, const std::vector<Range>& ranges) {
    std::vector<Range> rest;
    for (Range range : ranges) {
        for (const Range& hole : taken) {
            if (hole.end <= range.begin || hole.begin >= range.end) continue;
            if (range.begin < hole.begin) rest.push_back({range.begin, hole.begin});
            range.begin = hole.end;
        }
        if (range.begin < range.end) rest.push_back(range);
    }
    return rest;
}

std::vector<Range> within(const std::vector<Range>& some, const std::vector<Range>& ranges) {
    return without(without(some, ranges), ranges);
}

Index numbers_of(const std::vector<Range>& ranges) {
    Index numbers = 0;
    for (const Range& range : ranges) numbers += range.size();
    return numbers;
}

std::vector<Range> joined(const std::vector<Range>& ranges) {
    std::vector<Range> all;
    for (const Range& range : ranges) {
        if (all.empty() || all.back().end < range.begin) {
            all.push_back(range);
        } else {
            all.back().end = std::max(all.back().end, range.end);
        }
    }
    return all;
}

}  // namespace ganglion
