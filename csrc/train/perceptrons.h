#pragma once

#include <cstdint>
#include <vector>

#include "base/buffer.h"
#include "base/busy.h"
#include "base/stop.h"
#include "kernels/perceptron.h"

namespace ganglion {

/// One class told from all others.
struct OneAgainstRest {
    std::int64_t positive;
    double positive_step;
    double negative_step;
    std::uint32_t seed;  // of the order of the samples
    double intercept;    // to begin with
};

struct PerceptronSettings {
    double intercept_rate;
    double rate;
    double l2;
    double l1;
    bool shuffle;
};

/// Units that learn from the same samples by Rosenblatt's rule, each a class against the rest, each
/// on one thread and in an order of its own.
template <class T>
class Perceptrons {
  public:
    struct Samples {
        SampleRows<T> x;
        const std::int64_t* classes;
        const T* weight;               // or null
        const std::uint8_t* held_out;  // or null
    };

    /// `coefs`: weights to begin with, (units, features). The samples must outlive it.
    Perceptrons(const Samples& samples, const PerceptronSettings& settings,
                const std::vector<OneAgainstRest>& units, Matrix<const T> coefs);

    /// Let the units of these numbers, in ascending order, learn from each sample once. False if
    /// interrupted, which leaves the weights somewhere on the way.
    bool run_epoch(const std::vector<Index>& units, Interrupt interrupt);

    /// (units, features)
    Matrix<T> coefs() { return {coefs_.data(), size(), features_, stride_}; }
    double intercept(Index unit) const { return of(unit).intercept; }

    /// The means over the samples learned from in the unit's last epoch.
    double loss(Index unit) const { return of(unit).loss / samples_learned_; }
    double objective(Index unit) const { return of(unit).objective / samples_learned_; }

    /// Are the weights of a unit finite?
    bool is_finite(Index unit) const;

    Index size() const { return static_cast<Index>(units_.size()); }

  private:
    /// In cache lines of its own, for its thread writes to it with each sample.
    struct alignas(128) Unit {
        PerceptronArgs<T> args;
        PerceptronState<T> state;
        std::uint32_t seed;
        std::vector<std::int32_t> order;
    };

    const PerceptronState<T>& of(Index unit) const {
        return units_[static_cast<std::size_t>(unit)].state;
    }
    void begin_epoch(Unit& unit) const;
    void end_epoch(Unit& unit) const;

    Busy busy_;
    bool shuffle_;
    Index samples_;
    Index values_;  // of all samples
    Index features_;
    Index stride_;  // from one unit's weights to the next one's: whole cache lines
    double samples_learned_;
    AlignedBuffer<T> coefs_;
    AlignedBuffer<T> l1_taken_;
    std::vector<Unit> units_;
};

}  // namespace ganglion
