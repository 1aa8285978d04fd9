#pragma once

#include <optional>
#include <vector>

#include "program/accesses.h"
#include "program/calls/column_sums.h"
#include "program/frame.h"

namespace ganglion {

/// y = (x - mean) / sqrt(variance + epsilon) * weight + bias, mean and variance over the channels
/// of each position.
struct NormalizePositionsCall {
    BufferId x;
    BufferId weight;  // kNoBuffer: 1
    BufferId bias;    // kNoBuffer: 0
    double epsilon;
    BufferId y;
    BufferId moments;  // (rows, positions, kMoments), or kNoBuffer where nothing goes back

    Accesses accesses() const { return {{x, weight, bias}, {y, moments}}; }
    template <class T>
    Index scratch_size(const Memory& memory, Index max_batch) const;
    template <class T>
    void run(Frame<T>& frame) const;
};

/// sums = those over the batch of dy and of dy * xhat.
struct PositionGradientSumsCall : ColumnSums {
    BufferId dy;
    BufferId moments;

    Accesses accesses() const { return {{x, dy, moments}, {sums, parts}}; }
    template <class T>
    void run(Frame<T>& frame) const;

    std::optional<PositionGradientSumsCall> in_parts(Memory& memory, Index max_batch) const {
        return with_parts(*this, memory, max_batch);
    }
    std::vector<AddPartsCall> sums_of_parts(const Memory& memory) const {
        return {{parts, sums, memory.buffer(x).extent.positions}};
    }
};

struct NormalizePositionsBackwardCall {
    BufferId x;
    BufferId dy;
    BufferId moments;
    BufferId weight;
    BufferId dx;

    Accesses accesses() const { return {{x, dy, moments, weight}, {dx}}; }
    template <class T>
    Index scratch_size(const Memory& memory, Index max_batch) const;
    template <class T>
    void run(Frame<T>& frame) const;
};

}  // namespace ganglion
