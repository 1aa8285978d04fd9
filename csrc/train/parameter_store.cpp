#include "train/parameter_store.h"

namespace ganglion {
namespace {

std::vector<ParameterView> views_of(const Graph& graph) {
    std::vector<ParameterView> views;
    Index offset = 0;
    for (const Value& value : graph.values()) {
        if (value.kind != ValueKind::parameter) continue;
        views.push_back({value.name, value.rows, value.cols, offset});
        offset += value.rows * value.cols;
    }
    return views;
}

Index total_size(const std::vector<ParameterView>& views) {
    return views.empty() ? 0 : views.back().offset + views.back().rows * views.back().cols;
}

}  // namespace

template <class T>
ParameterStore<T>::ParameterStore(const Graph& graph)
    : views_(views_of(graph)), values_(total_size(views_)), gradients_(total_size(views_)) {}

template class ParameterStore<float>;
template class ParameterStore<double>;

}  // namespace ganglion
