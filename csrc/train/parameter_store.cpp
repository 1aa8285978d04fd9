#include "train/parameter_store.h"

namespace ganglion {
namespace {

Index size_of_parameters(const Graph& graph) {
    Index size = 0;
    for (const Value& value : graph.values()) {
        if (value.kind == ValueKind::parameter) size += value.rows * value.cols;
    }
    return size;
}

}  // namespace

template <class T>
ParameterStore<T>::ParameterStore(const Graph& graph)
    : values_(size_of_parameters(graph)), gradients_(size_of_parameters(graph)) {}

template class ParameterStore<float>;
template class ParameterStore<double>;

}  // namespace ganglion
