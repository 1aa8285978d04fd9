#include "train/parameter_store.h"

#include "base/error.h"

namespace ganglion {

template <class T>
ParameterStore<T>::ParameterStore(const Graph& graph)
    : values_(graph.table()->size()), gradients_(graph.table()->size()) {}

template <class T>
ParameterBlock<T> ParameterStore<T>::block_for(const Graph& graph, const char* op) {
    if (graph.table()->size() != size())
        fail(op, "the store is for ", size(), " parameters, not ", graph.table()->size());
    return {values(), gradients()};
}

template class ParameterStore<float>;
template class ParameterStore<double>;

}  // namespace ganglion
