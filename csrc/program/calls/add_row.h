#pragma once

#include "program/accesses.h"
#include "program/frame.h"

namespace ganglion {

/// Each row and position of y is `row`, or has it added.
struct AddRowCall {
    BufferId row;
    BufferId y;
    bool accumulate;

    Accesses accesses() const;
    template <class T>
    void run(Frame<T>& frame) const;
};

}  // namespace ganglion
