#pragma once

#include <optional>
#include <vector>

#include "program/accesses.h"
#include "program/calls/column_sums.h"
#include "program/frame.h"

namespace ganglion {

/// By what channels are normalized: a batch's moments, or running ones, which have no rest.
struct Statistics {
    BufferId mean;  // (1, channels), and so are the others; kNoBuffer: 0
    BufferId rest;
    BufferId variance;
    double epsilon;
};

/// y = (x - mean) / sqrt(variance + epsilon) * weight + bias, each channel by its own.
struct NormalizeChannelsCall {
    BufferId x;
    Statistics by;
    BufferId weight;  // kNoBuffer: 1
    BufferId bias;    // kNoBuffer: 0
    BufferId y;

    Accesses accesses() const { return {{x, by.mean, by.rest, by.variance, weight, bias}, {y}}; }
    template <class T>
    Index scratch_size(const Memory& memory, Index max_batch) const;
    template <class T>
    void run(Frame<T>& frame) const;
};

/// sums = those over the batch of dy and of dy * xhat.
struct ChannelGradientSumsCall : ColumnSums {
    BufferId dy;
    Statistics by;

    Accesses accesses() const { return {{x, dy, by.mean, by.rest, by.variance}, {sums, parts}}; }
    template <class T>
    Index scratch_size(const Memory& memory, Index max_batch) const;
    template <class T>
    void run(Frame<T>& frame) const;

    std::optional<ChannelGradientSumsCall> in_parts(Memory& memory, Index max_batch) const {
        return with_parts(*this, memory, max_batch);
    }
    std::vector<AddPartsCall> sums_of_parts(const Memory& memory) const {
        return {{parts, sums, memory.buffer(x).extent.positions}};
    }
};

/// The gradient of what a batch's own moments normalize.
struct NormalizeChannelsBackwardCall {
    BufferId x;
    BufferId dy;
    Statistics by;
    BufferId weight;
    BufferId sums;  // as ChannelGradientSumsCall makes them
    BufferId dx;

    Accesses accesses() const {
        return {{x, dy, by.mean, by.rest, by.variance, weight, sums}, {dx}};
    }
    template <class T>
    Index scratch_size(const Memory& memory, Index max_batch) const;
    template <class T>
    void run(Frame<T>& frame) const;
};

}  // namespace ganglion
