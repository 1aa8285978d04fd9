#pragma once

#include <vector>

#include "train/metrics.h"

namespace ganglion {

/// The mean loss and the metrics over all rows since the last reset. The loss may also be the mean
/// of the batches' means, each counted by its rows, as scikit-learn's estimators have it.
class Figures {
  public:
    /// What figures of one's own are made of: every row since the last reset, in order.
    struct Rows {
        std::vector<double> outputs;  // (rows, outputs)
        std::vector<double> targets;  // (rows, targets)
        std::vector<double> weights;  // (rows)
    };

    /// `keeps_rows`: for figures of one's own.
    Figures(const std::vector<MetricSettings>& metrics, Index outputs, bool mean_of_batches,
            bool keeps_rows = false);

    /// A batch: the weighted sum of its losses, the sum of its weights, and its rows as
    /// Metric::add; `row_weight` is what they count in the metrics.
    template <class T>
    void add(double loss, double weight, Matrix<const T> output, Matrix<const T> target,
             const T* row_weight);
    /// Throws std::invalid_argument when a metric cannot compare so many columns.
    void check_columns(Index outputs, Index targets) const;
    /// Does a metric read targets of one column as class numbers, which must be those of outputs?
    bool reads_classes() const;
    /// Take memory for so many more rows of so many columns, if rows are kept: `add` takes none.
    void make_room(Index rows, Index outputs, Index targets);
    const Rows& rows() const { return rows_; }
    bool has_metrics() const { return !metrics_.empty() || keeps_rows_; }
    /// Does anything look at the rows' weights?
    bool needs_weights() const;
    void reset();
    /// The loss, then the metrics; NaN before the first row.
    std::vector<double> results() const;

  private:
    template <class T>
    void keep(Matrix<const T> output, Matrix<const T> target, const T* row_weight);

    bool mean_of_batches_;
    bool keeps_rows_;
    double loss_ = 0;
    double weight_ = 0;
    std::vector<Metric> metrics_;
    Rows rows_;
};

}  // namespace ganglion
