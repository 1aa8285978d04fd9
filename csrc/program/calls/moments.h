#pragma once

#include <optional>
#include <vector>

#include "program/accesses.h"
#include "program/calls/column_sums.h"
#include "program/frame.h"

namespace ganglion {

struct MergeMomentsCall;

/// Of a batch: mean, rest and variance of each channel (kernels/normalization.h).
struct MomentsCall : ColumnSums {
    Accesses accesses() const { return {{x}, {sums, parts}}; }
    template <class T>
    void run(Frame<T>& frame) const;

    std::optional<MomentsCall> in_parts(Memory& memory, Index max_batch) const {
        return with_parts(*this, memory, max_batch);
    }
    std::vector<MergeMomentsCall> sums_of_parts(const Memory& memory) const;
};

/// Puts the moments of the parts of a batch together, in order (Chan et al., 1983), in float64:
/// each member has columns of its own.
struct MergeMomentsCall {
    BufferId parts;    // but the first
    BufferId moments;  // of the first, and then of all
    Index positions;   // of each of the batch's rows

    Accesses accesses() const { return {{parts, moments}, {moments}}; }
    Division division(const Memory&) const { return Division::columns; }
    template <class T>
    void run(Frame<T>& frame) const;

    template <class T>
    Block share(const Memory& memory, const Part& part, Index rows) const;
    std::vector<Block> touched(BufferId id, const Block& mine, const Memory& memory,
                               Index rows) const;
};

/// running = momentum * running + (1 - momentum) * the batch's, of means and variances: each member
/// has columns of its own. It moves a state: see `moves_state` in call.h.
struct RunningMomentsCall {
    static constexpr bool moves_state = true;
    BufferId moments;
    BufferId mean;
    BufferId variance;
    double momentum;

    Accesses accesses() const { return {{moments, mean, variance}, {mean, variance}}; }
    Division division(const Memory&) const { return Division::columns; }
    template <class T>
    void run(Frame<T>& frame) const;

    template <class T>
    Block share(const Memory& memory, const Part& part, Index rows) const;
    std::vector<Block> touched(BufferId id, const Block& mine, const Memory& memory,
                               Index rows) const;
};

}  // namespace ganglion
