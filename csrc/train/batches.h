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

    /// The places in `order` of a batch's samples; the last batch may be short.
    Range samples_of(Index batch) const { return stretch(batch * batch_size, batch_size, samples); }

    /// Gather the samples at these places of the order. Returns false if a number is not finite.
    template <class T>
    bool gather_into(const DataView& from, Range places, Matrix<T> to) const {
        const std::int64_t* rows = order == nullptr ? nullptr : order + places.begin;
        return gather(from, rows, places.begin, to);
    }

    /// Ask memory for samples that will be gathered soon. Those in the order in which they lie come
    /// by themselves.
    void ask_for_samples(Range places) const {
        if (order == nullptr) return;
        for (const DataView& feed : feeds) {
            if (feed.data != nullptr) ask_for(feed, order + places.begin, places.size());
        }
    }
};

}  // namespace ganglion
