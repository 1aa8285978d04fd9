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

    /// The copy of a buffer, or null where there is none.
    const T* of(BufferId id) const { return copies_[static_cast<std::size_t>(id)].data(); }

  private:
    std::vector<AlignedBuffer<T>> copies_;  // by BufferId
};

}  // namespace ganglion
