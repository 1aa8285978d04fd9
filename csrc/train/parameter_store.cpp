#include "train/parameter_store.h"

namespace ganglion {

template <class T>
ParameterStore<T>::ParameterStore(const Graph& graph)
    : values_(graph.table()->size()), gradients_(graph.table()->size()) {}

template class ParameterStore<float>;
template class ParameterStore<double>;

}  // namespace ganglion
