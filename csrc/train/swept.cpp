#include "train/swept.h"

#include <algorithm>

namespace ganglion {

std::vector<Range> updated_by(const Plan& plan) {
    std::vector<Range> updated;
    for (const Step& step : plan.steps) {
        const BufferId weight = updated_by(step.call);
        if (weight != kNoBuffer) updated.push_back(plan.memory.numbers(weight));
    }
    std::sort(updated.begin(), updated.end(), [](Range a, Range b) { return a.begin < b.begin; });
    return updated;
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
