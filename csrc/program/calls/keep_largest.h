#pragma once

#include "program/accesses.h"
#include "program/frame.h"

namespace ganglion {

/// to = from where x is among the largest of the channels of its position, and 0 elsewhere.
struct KeepLargestCall {
    BufferId x;
    BufferId from;  // which x may be
    BufferId to;
    Index count;

    Accesses accesses() const;
    template <class T>
    void run(Frame<T>& frame) const;
};

}  // namespace ganglion
