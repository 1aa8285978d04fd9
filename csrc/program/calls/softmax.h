#pragma once

#include "program/accesses.h"
#include "program/frame.h"

namespace ganglion {

/// a = softmax(z) over the channels of each position.
struct SoftmaxCall {
    BufferId z;
    BufferId a;

    Accesses accesses() const { return {{z}, {a}}; }
    template <class T>
    void run(Frame<T>& frame) const;
};

struct SoftmaxBackwardCall {
    BufferId a;
    BufferId da;
    BufferId dz;

    Accesses accesses() const { return {{a, da}, {dz}}; }
    template <class T>
    void run(Frame<T>& frame) const;
};

}  // namespace ganglion
