#pragma once

#include <cstdint>

#include "base/matrix.h"

namespace ganglion {

/// Samples someone else owns, in rows: all values of a row, or with `columns` those that are not
/// zero.
template <class T>
struct SampleRows {
    const T* values;
    Index samples;
    Index features;
    const std::int32_t* columns;  // of each value, or null: `features` values a row
    const std::int32_t* begins;   // (samples + 1): where each row begins, if there are columns
};

/// What one unit learns from: its class against all others, by Rosenblatt's rule.
template <class T>
struct PerceptronArgs {
    SampleRows<T> x;
    const std::int64_t* classes;   // (samples): the number of each sample's class
    const T* sample_weight;        // (samples), or null for ones
    const std::uint8_t* held_out;  // (samples): not 0 where it is not learned from, or null
    std::int64_t positive;         // the unit's class
    double positive_step;          // what a mistake on it adds of the sample,
    double negative_step;          // and takes away of a sample of another class
    double intercept_rate;         // how much of that goes to the intercept
    double rate;                   // of the penalties' steps
    double l2;                     // half of it times the squares of the weights is the penalty,
    double l1;                     // and it times their sizes
};

/// A unit while it learns. Its weights are `coefs` times `scale`.
template <class T>
struct PerceptronState {
    T* coefs;     // (features)
    T* l1_taken;  // (features): what the L1 penalty has added to each, or null without it
    double scale = 1;
    double intercept = 0;
    double l1_due = 0;   // what the penalty would have taken of every weight
    double squares = 0;  // of the weights that the last mistake touched, and
    double sizes = 0;    // their sum without signs: for the objective
    double loss = 0;     // over the samples so far, as the next one
    double objective = 0;
};

/// Learn from the samples at `places` of `order`, one after the other.
template <class T>
using PerceptronKernel = void (*)(const PerceptronArgs<T>&, const std::int32_t* order, Range places,
                                  PerceptronState<T>&);

}  // namespace ganglion
