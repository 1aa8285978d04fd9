#pragma once

#include "program/accesses.h"
#include "program/frame.h"

namespace ganglion {

/// Each row and position of y is `row`, or has it added, as often as it counts.
struct AddRowCall {
    BufferId row;
    BufferId y;
    bool accumulate;
    BufferId weight = kNoBuffer;  // (batch): what each row counts; kNoBuffer: all are 1

    Accesses accesses() const;
    template <class T>
    void run(Frame<T>& frame) const;
};

}  // namespace ganglion
