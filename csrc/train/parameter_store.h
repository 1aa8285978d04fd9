#pragma once

#include "base/access.h"
#include "base/buffer.h"
#include "graph/graph.h"
#include "plan/workspace.h"

namespace ganglion {

/// The parameters of a table, and their gradients, each in one contiguous block, in the order of
/// its slots. Plans share it, and whoever uses it asks `access`.
template <class T>
class ParameterStore {
  public:
    explicit ParameterStore(const Graph& graph);

    Index size() const { return values_.size(); }
    T* values() { return values_.data(); }
    T* gradients() { return gradients_.data(); }
    /// For a plan of a graph. Throws std::invalid_argument, naming `op`, if its parameters are
    /// others.
    ParameterBlock<T> block_for(const Graph& graph, const char* op);
    Access& access() { return access_; }

  private:
    AlignedBuffer<T> values_;
    AlignedBuffer<T> gradients_;
    Access access_{"the model", ": what predictor() gave before may be asked meanwhile"};
};

}  // namespace ganglion
