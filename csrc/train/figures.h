#pragma once

#include <vector>

#include "train/metrics.h"

namespace ganglion {

/// The mean loss and the metrics over all rows since the last reset.
class Figures {
  public:
    Figures(const std::vector<MetricSettings>& metrics, Index outputs);

    /// A batch: the weighted sum of its losses, the sum of its weights, and its rows as
    /// Metric::add.
    template <class T>
    void add(double loss, double weight, Matrix<const T> output, Matrix<const T> target,
             const T* row_weight);
    void reset();
    /// The loss, then the metrics; NaN before the first row.
    std::vector<double> results() const;

  private:
    double loss_ = 0;
    double weight_ = 0;
    std::vector<Metric> metrics_;
};

}  // namespace ganglion
