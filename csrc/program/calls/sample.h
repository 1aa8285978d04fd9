#pragma once

#include <cstdint>

#include "program/accesses.h"
#include "program/frame.h"

namespace ganglion {

/// y = mean + exp(log_variance / 2) * n, with standard normal n.
struct SampleCall {
    BufferId mean;
    BufferId log_variance;
    BufferId y;
    std::uint32_t stream;

    Accesses accesses() const { return {{mean, log_variance}, {y}}; }
    template <class T>
    void run(Frame<T>& frame) const;
};

/// The gradient of the log variance, with the same n.
struct SampleBackwardCall {
    BufferId dy;
    BufferId log_variance;
    BufferId d_log_variance;
    std::uint32_t stream;

    Accesses accesses() const { return {{dy, log_variance}, {d_log_variance}}; }
    template <class T>
    void run(Frame<T>& frame) const;
};

}  // namespace ganglion
