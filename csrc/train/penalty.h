#pragma once

#include <vector>

#include "base/matrix.h"
#include "base/team.h"

namespace ganglion {

/// An L2 penalty on some of the parameters: to a batch's mean loss it adds alpha / 2 times the sum
/// of their squares, over the batch's sum of weights, as scikit-learn's estimators do.
class Penalty {
  public:
    /// `ranges`: the numbers of the parameters it is on.
    Penalty(double alpha, std::vector<Range> ranges);

    const std::vector<Range>& ranges() const { return ranges_; }

    /// What a batch's gradient grows by, as a multiple of the parameters.
    double decay(double weight) const { return weight > 0 ? alpha_ / weight : 0; }

    /// Sum up the squares of a part. All parts come before `add`.
    template <class T>
    void measure(const Part& part, const T* parameters);

    /// Add the penalty of a batch of so many rows, with a sum of weights, to the mean over rows.
    void add(Index rows, double weight);
    double mean() const;
    void reset();

  private:
    double alpha_;
    std::vector<Range> ranges_;
    std::vector<Range> blocks_;    // the ranges, cut whatever the team's size
    std::vector<double> squares_;  // by block
    double total_ = 0;
    double rows_ = 0;
};

}  // namespace ganglion
