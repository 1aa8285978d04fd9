#include "train/parameter_store.h"

namespace ganglion {

template <class T>
ParameterStore<T>::ParameterStore(const Graph& graph)
    : values_(graph.parameter_size()), gradients_(graph.parameter_size()) {}

template class ParameterStore<float>;
template class ParameterStore<double>;

}  // namespace ganglion
