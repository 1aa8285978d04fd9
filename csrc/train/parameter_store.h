#pragma once

#include "base/access.h"
#include "base/buffer.h"
#include "graph/graph.h"
#include "plan/workspace.h"

namespace ganglion {

/// A graph's parameters, and their gradients, each in one contiguous block, in the order in which
/// the graph names them. Plans share it, and whoever uses it asks `access`.
template <class T>
class ParameterStore {
  public:
    explicit ParameterStore(const Graph& graph);

    Index size() const { return values_.size(); }
    T* values() { return values_.data(); }
    T* gradients() { return gradients_.data(); }
    ParameterBlock<T> block() { return {values(), gradients()}; }
    Access& access() { return access_; }

  private:
    AlignedBuffer<T> values_;
    AlignedBuffer<T> gradients_;
    Access access_{"the model", ": what predictor() gave before may be asked meanwhile"};
};

}  // namespace ganglion
