#include "train/indices.h"

#include <algorithm>

#include "base/error.h"

namespace ganglion {

Indices::Indices(const Graph& graph, const Plan& plan, const std::vector<ValueId>& inputs,
                 const char* op)
    : plan_(plan), inputs_(inputs), counts_(inputs.size(), 0), op_(op) {
    for (const Graph::Node& node : graph.nodes()) {
        if (!plan.uses(node.output)) continue;
        const Indexed indexed = indexed_by(graph, node.op);
        add(indexed.value, indexed.count);
    }
}

void Indices::add(ValueId value, Index count) {
    if (count == 0) return;
    const auto found = std::find(inputs_.begin(), inputs_.end(), value);
    if (found == inputs_.end())
        fail(op_, plan_.buffer(plan_.value(value)).name, " holds whole numbers below ", count,
             ", and must be fed");
    Index& known = counts_[static_cast<std::size_t>(found - inputs_.begin())];
    known = known == 0 ? count : std::min(known, count);
}

template <class T>
void Indices::refuse(std::size_t input, Matrix<const T> given) const {
    const Index count = counts_[input];
    const std::string& name = plan_.buffer(plan_.value(inputs_[input])).name;
    const Place place = first_no_index<T>(view_of(given), count);
    if (place.row < 0)
        fail(op_, name, " held what is no whole number from 0 to ", count - 1,
             " when it was read, and has changed since");
    fail(op_, name, " is ", *given.at(place.row, place.col), " at row ", place.row, ", column ",
         place.col, ", must be a whole number from 0 to ", count - 1);
}

template void Indices::refuse(std::size_t, Matrix<const float>) const;
template void Indices::refuse(std::size_t, Matrix<const double>) const;

}  // namespace ganglion
