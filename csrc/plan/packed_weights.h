#pragma once

#include <vector>

#include "base/buffer.h"
#include "plan/plan.h"

namespace ganglion {

/// Copies of the weights that a plan multiplies by, in the order in which products read them: for
/// parameters that do not change any more.
template <class T>
class PackedWeights {
  public:
    PackedWeights(const Plan& plan, const T* parameters);

    /// By BufferId: its copy, or null where there is none.
    const std::vector<const T*>& by_buffer() const { return by_buffer_; }

  private:
    std::vector<AlignedBuffer<T>> copies_;
    std::vector<const T*> by_buffer_;
};

}  // namespace ganglion
