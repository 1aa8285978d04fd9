#pragma once

#include <cstdint>

#include "program/accesses.h"
#include "program/frame.h"

namespace ganglion {

/// y = scale * x where x is kept, else low or high, as CorruptArgs has it.
struct CorruptCall {
    BufferId x;
    BufferId y;
    double rate;
    std::uint32_t stream;
    double scale = 1;
    double low = 0;
    double high = 0;

    Accesses accesses() const { return {{x}, {y}}; }
    template <class T>
    void run(Frame<T>& frame) const;
};

}  // namespace ganglion
