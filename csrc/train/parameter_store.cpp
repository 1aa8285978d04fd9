#include "train/parameter_store.h"

#include "base/error.h"
#include "train/swept.h"

namespace ganglion {

template <class T>
ParameterStore<T>::ParameterStore(const Graph& graph)
    : values_(graph.table()->size()), gradients_(graph.table()->size()), table_(*graph.table()) {}

template <class T>
ParameterBlock<T> ParameterStore<T>::block_for(const Graph& graph, const char* op) {
    if (graph.table()->size() != size())
        fail(op, "the store is for ", size(), " parameters, not ", graph.table()->size());
    return {values(), gradients()};
}

template <class T>
std::vector<Range> ParameterStore<T>::trained(const Groups& groups, const char* op) const {
    table_.check(groups, op);
    std::vector<Range> ranges;
    for (const ParameterTable::Slot& slot : table_.slots()) {
        if (slot.is_trained(groups)) ranges.push_back(slot.numbers());
    }
    return joined(ranges);
}

template class ParameterStore<float>;
template class ParameterStore<double>;

}  // namespace ganglion
