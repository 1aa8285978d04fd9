#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "base/matrix.h"

namespace ganglion {

enum class MetricKind {
    accuracy,
    binary_accuracy,
    top_k_accuracy,
    mean_absolute_error,
    mean_squared_error,
    r2,
    precision,
    recall,
    f1,
};

struct MetricInfo {
    MetricKind kind;
    std::string_view name;
};

/// The one list of metrics, in the order of the enumeration.
inline constexpr std::array<MetricInfo, 9> kMetrics{{
    {MetricKind::accuracy, "accuracy"},
    {MetricKind::binary_accuracy, "binary_accuracy"},
    {MetricKind::top_k_accuracy, "top_k_accuracy"},
    {MetricKind::mean_absolute_error, "mean_absolute_error"},
    {MetricKind::mean_squared_error, "mean_squared_error"},
    {MetricKind::r2, "r2"},
    {MetricKind::precision, "precision"},
    {MetricKind::recall, "recall"},
    {MetricKind::f1, "f1"},
}};

struct MetricSettings {
    MetricKind kind;
    double parameter;         // top_k_accuracy: k; others: the output above which a yes is read
    bool weighted = false;    // whether rows count by their weight, and not all the same
    bool of_classes = false;  // precision, recall, f1: whether columns exclude each other
};

/// A metric over the rows it has been given; sums in float64.
class Metric {
  public:
    Metric(const MetricSettings& settings, Index outputs);

    /// output (rows, n); target (rows, n) or (rows, 1) class numbers; weight (rows) or null.
    template <class T>
    void add(Matrix<const T> output, Matrix<const T> target, const T* weight);
    bool is_weighted() const { return settings_.weighted; }
    void reset();
    /// NaN before the first row.
    double result() const;

    /// Does it read a target of one column as the number of the output that should be largest?
    bool reads_classes() const;
    /// Can it compare so many columns?
    bool fits(Index outputs, Index targets) const;

  private:
    /// Running weighted variance and residual of one output column (Welford, 1962; West, 1979).
    struct Column {
        double weight = 0;
        double mean = 0;
        double squares = 0;    // of the deviations from the mean
        double residuals = 0;  // squared

        void add(double target, double output, double w);
        double r2() const;
    };

    /// How often one column, or class, was a yes (weighted): where it should and was said, where
    /// it was said, where it should.
    struct Counts {
        double hits = 0;
        double said = 0;
        double actual = 0;

        double value(MetricKind kind) const;
    };

    template <class T>
    void count(const T* output, const T* target, Index targets, double w);
    double mean_of_counts() const;

    MetricSettings settings_;
    Index outputs_;
    double sum_ = 0;
    double weight_ = 0;
    std::vector<Column> columns_;  // r2 only
    std::vector<Counts> counts_;   // precision, recall and f1 only
};

}  // namespace ganglion
