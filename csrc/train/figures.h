#pragma once

#include <vector>

#include "train/metrics.h"

namespace ganglion {

/// The mean loss and the metrics over all rows since the last reset. The loss may also be the mean
/// of the batches' means, each counted by its rows, as scikit-learn's estimators have it.
class Figures {
  public:
    Figures(const std::vector<MetricSettings>& metrics, Index outputs, bool mean_of_batches);

    /// A batch: the weighted sum of its losses, the sum of its weights, and its rows as
    /// Metric::add; `row_weight` is what they count in the metrics.
    template <class T>
    void add(double loss, double weight, Matrix<const T> output, Matrix<const T> target,
             const T* row_weight);
    /// Throws std::invalid_argument when a metric cannot compare so many columns.
    void check_columns(Index outputs, Index targets) const;
    /// Does a metric read targets of one column as class numbers, which must be those of outputs?
    bool reads_classes() const;
    bool has_metrics() const { return !metrics_.empty(); }
    bool has_weighted_metrics() const;
    void reset();
    /// The loss, then the metrics; NaN before the first row.
    std::vector<double> results() const;

  private:
    bool mean_of_batches_;
    double loss_ = 0;
    double weight_ = 0;
    std::vector<Metric> metrics_;
};

}  // namespace ganglion
