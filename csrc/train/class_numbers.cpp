#include "train/class_numbers.h"

#include <algorithm>

#include "base/error.h"

namespace ganglion {

ClassNumbers::ClassNumbers(const Graph& graph, const Plan& plan, const std::vector<ValueId>& inputs,
                           const char* op)
    : plan_(plan), inputs_(inputs), classes_(inputs.size(), 0), op_(op) {
    for (const Graph::Node& node : graph.nodes()) {
        const auto* const loss = std::get_if<RowLoss>(&node.op);
        if (loss != nullptr && plan.uses(node.output))
            add(loss->target, numbered_classes(graph, *loss));
    }
}

void ClassNumbers::add(ValueId value, Index classes) {
    if (classes == 0) return;
    const auto found = std::find(inputs_.begin(), inputs_.end(), value);
    if (found == inputs_.end())
        fail(op_, plan_.buffer(plan_.value(value)).name, " numbers classes, and must be fed");
    Index& known = classes_[static_cast<std::size_t>(found - inputs_.begin())];
    known = known == 0 ? classes : std::min(known, classes);
}

void ClassNumbers::refuse(std::size_t input) const {
    fail(op_, plan_.buffer(plan_.value(inputs_[input])).name,
         " holds what is no class number, must be whole numbers from 0 to ", classes_[input] - 1);
}

}  // namespace ganglion
