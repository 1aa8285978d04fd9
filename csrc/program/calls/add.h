#pragma once

#include "program/accesses.h"
#include "program/frame.h"

namespace ganglion {

/// c = a + b.
struct AddCall {
    BufferId a;
    BufferId b;
    BufferId c;

    Accesses accesses() const { return {{a, b}, {c}}; }
    template <class T>
    void run(Frame<T>& frame) const;
};

}  // namespace ganglion
