#pragma once

#include <cstdint>

#include "program/accesses.h"
#include "program/frame.h"

namespace ganglion {

/// y = x + deviation * n, with standard normal n.
struct AddNoiseCall {
    BufferId x;
    BufferId y;
    double deviation;
    std::uint32_t stream;

    Accesses accesses() const { return {{x}, {y}}; }
    template <class T>
    void run(Frame<T>& frame) const;
};

}  // namespace ganglion
