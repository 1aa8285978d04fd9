#pragma once

#include "program/accesses.h"
#include "program/frame.h"

namespace ganglion {

struct CopyCall {
    BufferId from;
    BufferId to;

    Accesses accesses() const { return {{from}, {to}}; }
    template <class T>
    void run(Frame<T>& frame) const;
};

}  // namespace ganglion
