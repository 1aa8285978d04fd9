#pragma once

#include <string>
#include <vector>

#include "base/buffer.h"
#include "graph/graph.h"
#include "plan/workspace.h"

namespace ganglion {

/// Where a parameter lies in the store's blocks.
struct ParameterView {
    std::string name;
    Index rows;
    Index cols;
    Index offset;
};

/// A graph's parameters, and their gradients, each in one contiguous block. Plans share it.
template <class T>
class ParameterStore {
  public:
    explicit ParameterStore(const Graph& graph);

    Index size() const { return values_.size(); }
    T* values() { return values_.data(); }
    T* gradients() { return gradients_.data(); }
    ParameterBlock<T> block() { return {values(), gradients()}; }
    /// In the order in which the graph names them, which is that of the block.
    const std::vector<ParameterView>& views() const { return views_; }

  private:
    std::vector<ParameterView> views_;
    AlignedBuffer<T> values_;
    AlignedBuffer<T> gradients_;
};

}  // namespace ganglion
