#pragma once

#include <cstdint>

#include "base/matrix.h"
#include "train/data.h"

namespace ganglion {

/// Samples with their targets, an order, and how many make a batch.
struct Batches {
    DataView x;
    DataView y;
    DataView weight;            // (samples, 1), or data null: every sample weighs 1
    DataView metric_weight;     // the same, in the metrics that are weighted
    const std::int64_t* order;  // the samples' numbers; null: as they lie
    Index samples;
    Index batch_size;

    Index count() const { return ceil_div(samples, batch_size); }

    /// The positions in `order` of a batch's samples; the last batch may be short.
    Range samples_of(Index batch) const { return stretch(batch * batch_size, batch_size, samples); }

    /// Gather the samples at `positions` of the order. Returns false if a number is not finite.
    template <class T>
    bool gather_into(const DataView& from, Range positions, Matrix<T> to) const {
        const std::int64_t* rows = order == nullptr ? nullptr : order + positions.begin;
        return gather(from, rows, positions.begin, to);
    }

    /// Ask memory for samples that will be gathered soon. Those in the order in which they lie come
    /// by themselves.
    void ask_for_samples(Range positions) const {
        if (order == nullptr) return;
        ask_for(x, order + positions.begin, positions.size());
        ask_for(y, order + positions.begin, positions.size());
        if (weight.data != nullptr) ask_for(weight, order + positions.begin, positions.size());
    }

    /// The sum of the weights of a batch, each as a T.
    template <class T>
    double weight_of(Index batch) const;
};

}  // namespace ganglion
