#pragma once

#include "program/accesses.h"
#include "program/frame.h"

namespace ganglion {

/// y = 0.
struct ClearCall {
    BufferId y;

    Accesses accesses() const { return {{}, {y}}; }
    template <class T>
    void run(Frame<T>& frame) const;
};

}  // namespace ganglion
