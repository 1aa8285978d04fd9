#pragma once

#include "program/accesses.h"
#include "program/frame.h"

namespace ganglion {

/// sums = of each row, the divergence of a normal distribution from the standard normal.
struct NormalKLCall {
    BufferId mean;
    BufferId log_variance;
    BufferId sums;

    Accesses accesses() const { return {{mean, log_variance}, {sums}}; }
    template <class T>
    void run(Frame<T>& frame) const;
};

/// dx = the gradient of the logarithms of the variances, from what each row counts; or dx has it
/// added.
struct NormalKLBackwardCall {
    BufferId log_variance;
    BufferId dy;
    BufferId dx;
    bool accumulate;

    Accesses accesses() const;
    template <class T>
    void run(Frame<T>& frame) const;
};

}  // namespace ganglion
