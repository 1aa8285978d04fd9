#pragma once

#include <cstdint>
#include <vector>

#include "base/matrix.h"
#include "train/data.h"

namespace ganglion {

/// Samples, all that is fed of each, an order, and how many make a batch.
struct Batches {
    std::vector<DataView> feeds;           // as a task has them; data null: weights that are all 1
    std::vector<DataView> metric_weights;  // by head: what samples count in weighted metrics; the
                                           // same, and none may be given
    const std::int64_t* order;             // the samples' numbers; null: as they lie
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
        for (const DataView& feed : feeds) {
            if (feed.data != nullptr) ask_for(feed, order + positions.begin, positions.size());
        }
    }

    /// The sum of a batch's weights, each as a T; of those that are all 1 a row has so many.
    template <class T>
    double weight_of(const DataView& weight, Index weights_of_a_row, Index batch) const;
};

}  // namespace ganglion
