#include "train/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ganglion {
namespace {

/// One row of outputs and of targets, as numbers or as a class.
template <class T>
struct Row {
    const T* output;
    const T* target;
    Index outputs;
    Index targets;

    Index label() const {  // the target's class: given, or the largest of a row of probabilities
        if (targets == 1) return static_cast<Index>(target[0]);
        return std::max_element(target, target + targets) - target;
    }
};

/// Is the label among the k largest outputs? Of equal outputs the first is the larger.
template <class T>
bool in_top(const Row<T>& row, Index k) {
    const Index label = row.label();
    Index above = 0;
    for (Index j = 0; j < row.outputs; ++j) {
        const bool smaller = row.output[j] < row.output[label];  // NaN is not
        const bool ties_later = row.output[j] == row.output[label] && j >= label;
        above += !smaller && !ties_later;
    }
    return above < k;
}

/// The share of the columns in which yes and no agree.
template <class T>
double agreement(const Row<T>& row, double threshold) {
    Index agree = 0;
    for (Index j = 0; j < row.outputs; ++j) {
        const bool yes = static_cast<double>(row.output[j]) > threshold;
        agree += yes == (static_cast<double>(row.target[j]) > 0.5);
    }
    return static_cast<double>(agree) / static_cast<double>(row.outputs);
}

template <class T, class Cost>
double mean_cost(const Row<T>& row, const Cost& cost) {
    double total = 0;
    for (Index j = 0; j < row.outputs; ++j) {
        total += cost(static_cast<double>(row.output[j]) - static_cast<double>(row.target[j]));
    }
    return total / static_cast<double>(row.outputs);
}

template <class T>
double row_value(const MetricSettings& settings, const Row<T>& row) {
    switch (settings.kind) {
        case MetricKind::accuracy:
            if (row.outputs > 1) return in_top(row, 1);
            [[fallthrough]];
        case MetricKind::binary_accuracy:
            return agreement(row, settings.parameter);
        case MetricKind::top_k_accuracy:
            return in_top(row, static_cast<Index>(settings.parameter));
        case MetricKind::mean_absolute_error:
            return mean_cost(row, [](double error) { return std::abs(error); });
        case MetricKind::mean_squared_error:
            return mean_cost(row, [](double error) { return error * error; });
        case MetricKind::r2:
        case MetricKind::precision:
        case MetricKind::recall:
        case MetricKind::f1:
            break;
    }
    return 0;
}

/// Is the value of a metric not a mean over rows, but made of counts of yes and no?
bool counts_yes(MetricKind kind) {
    return kind == MetricKind::precision || kind == MetricKind::recall || kind == MetricKind::f1;
}

}  // namespace

Metric::Metric(const MetricSettings& settings, Index outputs)
    : settings_(settings),
      outputs_(outputs),
      columns_(settings.kind == MetricKind::r2 ? static_cast<std::size_t>(outputs) : 0),
      counts_(counts_yes(settings.kind) ? static_cast<std::size_t>(outputs) : 0) {}

template <class T>
void Metric::add(Matrix<const T> output, Matrix<const T> target, const T* weight) {
    const bool weighted = settings_.weighted && weight != nullptr;
    for (Index i = 0; i < output.rows; ++i) {
        const double w = weighted ? static_cast<double>(weight[i]) : 1;
        const Row<T> row{output.at(i, 0), target.at(i, 0), output.cols, target.cols};
        for (std::size_t j = 0; j < columns_.size(); ++j) {
            columns_[j].add(static_cast<double>(row.target[j]), static_cast<double>(row.output[j]),
                            w);
        }
        if (!counts_.empty()) count(row.output, row.target, row.targets, w);
        if (columns_.empty() && counts_.empty()) sum_ += w * row_value(settings_, row);
        weight_ += w;
    }
}

bool Metric::reads_classes() const {
    if (counts_yes(settings_.kind)) return settings_.of_classes;
    return settings_.kind == MetricKind::top_k_accuracy ||
           (settings_.kind == MetricKind::accuracy && outputs_ > 1);
}

bool Metric::fits(Index outputs, Index targets) const {
    return outputs == outputs_ && (targets == outputs || (targets == 1 && reads_classes()));
}

void Metric::reset() {
    sum_ = 0;
    weight_ = 0;
    std::fill(columns_.begin(), columns_.end(), Column{});
    std::fill(counts_.begin(), counts_.end(), Counts{});
}

double Metric::result() const {
    if (weight_ == 0) return std::numeric_limits<double>::quiet_NaN();
    if (!counts_.empty()) return mean_of_counts();
    if (columns_.empty()) return sum_ / weight_;
    double total = 0;
    for (const Column& column : columns_) total += column.r2();
    return total / static_cast<double>(columns_.size());
}

/// Count a row, its weight w, by its classes or by what each of its columns says.
template <class T>
void Metric::count(const T* output, const T* target, Index targets, double w) {
    const auto outputs = static_cast<Index>(counts_.size());
    if (settings_.of_classes) {
        const auto said =
            static_cast<std::size_t>(std::max_element(output, output + outputs) - output);
        const auto actual =
            static_cast<std::size_t>(Row<T>{output, target, outputs, targets}.label());
        counts_[said].said += w;
        counts_[actual].actual += w;
        if (said == actual) counts_[said].hits += w;
        return;
    }
    for (Index j = 0; j < outputs; ++j) {
        const bool said = static_cast<double>(output[j]) > settings_.parameter;
        const bool actual = static_cast<double>(target[j]) > 0.5;
        Counts& counts = counts_[static_cast<std::size_t>(j)];
        if (said) counts.said += w;
        if (actual) counts.actual += w;
        if (said && actual) counts.hits += w;
    }
}

/// Of two classes the value of the second, which is the yes; of more the mean over those that there
/// are, or are said; and of columns over all.
double Metric::mean_of_counts() const {
    if (settings_.of_classes && counts_.size() == 2) return counts_[1].value(settings_.kind);
    double total = 0;
    Index counted = 0;
    for (const Counts& counts : counts_) {
        if (settings_.of_classes && counts.said == 0 && counts.actual == 0) continue;
        total += counts.value(settings_.kind);
        ++counted;
    }
    return total / static_cast<double>(counted);
}

/// Zero where there is nothing to divide by.
double Metric::Counts::value(MetricKind kind) const {
    const double all = kind == MetricKind::precision ? said
                       : kind == MetricKind::recall  ? actual
                                                     : (said + actual) / 2;
    return all == 0 ? 0 : hits / all;
}

void Metric::Column::add(double target, double output, double w) {
    if (w == 0) return;
    weight += w;
    const double deviation = target - mean;
    mean += deviation * w / weight;
    squares += w * deviation * (target - mean);
    residuals += w * (target - output) * (target - output);
}

/// 1 - residuals / variance; where the target is constant, 1 for a perfect output and else 0.
double Metric::Column::r2() const {
    if (squares > 0) return 1 - residuals / squares;
    return residuals == 0 ? 1 : 0;
}

template void Metric::add(Matrix<const float>, Matrix<const float>, const float*);
template void Metric::add(Matrix<const double>, Matrix<const double>, const double*);

}  // namespace ganglion
