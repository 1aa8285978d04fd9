#pragma once

#include <cstdint>

#include "program/accesses.h"
#include "program/frame.h"

namespace ganglion {

/// y = x * mask / (1 - rate).
struct DropoutCall {
    BufferId x;
    BufferId y;
    double rate;
    std::uint32_t stream;

    Accesses accesses() const { return {{x}, {y}}; }
    template <class T>
    void run(Frame<T>& frame) const;
};

}  // namespace ganglion
