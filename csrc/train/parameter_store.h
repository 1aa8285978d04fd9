#pragma once

#include "base/buffer.h"
#include "graph/graph.h"
#include "plan/workspace.h"

namespace ganglion {

/// A graph's parameters, and their gradients, each in one contiguous block, in the order in which
/// the graph names them. Plans share it.
template <class T>
class ParameterStore {
  public:
    explicit ParameterStore(const Graph& graph);

    Index size() const { return values_.size(); }
    T* values() { return values_.data(); }
    T* gradients() { return gradients_.data(); }
    ParameterBlock<T> block() { return {values(), gradients()}; }

  private:
    AlignedBuffer<T> values_;
    AlignedBuffer<T> gradients_;
};

}  // namespace ganglion
