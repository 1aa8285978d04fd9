#include "graph/table.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace ganglion {

int ParameterTable::add(const std::string& name, Index rows, Index cols, int group,
                        ParameterKind kind) {
    if (rows < 1 || cols < 1)
        fail("parameter", name, " is ", rows, "x", cols, ", must be at least 1x1");
    if (rows > (kMostElements - size_) / cols)
        fail("parameter", name, " is ", rows, "x", cols, ", all together must have at most ",
             kMostElements, " elements");
    if (group < 0) fail("parameter", name, " is in group ", group, ", must not be negative");
    slots_.push_back({name, {.rows = rows, .channels = cols}, group, kind, size_});
    size_ += rows * cols;
    return static_cast<int>(slots_.size()) - 1;
}

void ParameterTable::limit_norm(int number, const MaxNorm& norm) {
    const std::string& name = slot(number).name;
    if (!(norm.max_value > 0) || !std::isfinite(norm.max_value))
        fail("max_norm", name, " has max_value ", norm.max_value, ", must be positive and finite");
    if (norm.axis != 0 && norm.axis != 1)
        fail("max_norm", name, " has axis ", norm.axis, ", must be 0 or 1");
    slots_[static_cast<std::size_t>(number)].max_norm = norm;
}

bool ParameterTable::Slot::belongs_to(const Groups& groups) const {
    return !groups || std::count(groups->begin(), groups->end(), group) > 0;
}

bool ParameterTable::Slot::is_trained(const Groups& groups) const {
    return kind == ParameterKind::weight && belongs_to(groups);
}

void ParameterTable::check(const Groups& groups, const char* op) const {
    for (const int group : groups.value_or(std::vector<int>{})) {
        if (std::none_of(slots_.begin(), slots_.end(),
                         [group](const Slot& slot) { return slot.group == group; }))
            fail(op, "groups has ", group, ", to which no parameter belongs");
    }
}

const ParameterTable::Slot& ParameterTable::slot(int number) const {
    if (number < 0 || number >= static_cast<int>(slots_.size()))
        fail("parameter", "there is no slot ", number, ", the table has ", slots_.size());
    return slots_[static_cast<std::size_t>(number)];
}

}  // namespace ganglion
