#include "train/figures.h"

#include <algorithm>
#include <limits>

#include "base/error.h"

namespace ganglion {

Figures::Figures(const std::vector<MetricSettings>& metrics, Index outputs, bool mean_of_batches,
                 bool keeps_rows)
    : mean_of_batches_(mean_of_batches), keeps_rows_(keeps_rows) {
    for (const MetricSettings& settings : metrics) metrics_.emplace_back(settings, outputs);
}

template <class T>
void Figures::add(double loss, double weight, Matrix<const T> output, Matrix<const T> target,
                  const T* row_weight) {
    const double counts = mean_of_batches_ ? static_cast<double>(output.rows) : weight;
    loss_ += mean_of_batches_ && weight > 0 ? loss / weight * counts : loss;
    weight_ += counts;
    for (Metric& metric : metrics_) metric.add(output, target, row_weight);
    if (keeps_rows_) keep(output, target, row_weight);
}

template <class T>
void Figures::keep(Matrix<const T> output, Matrix<const T> target, const T* row_weight) {
    const auto append = [](Matrix<const T> from, std::vector<double>& to) {
        for (Index i = 0; i < from.rows; ++i)
            to.insert(to.end(), from.at(i, 0), from.at(i, 0) + from.cols);
    };
    append(output, rows_.outputs);
    append(target, rows_.targets);
    for (Index i = 0; i < output.rows; ++i)
        rows_.weights.push_back(row_weight == nullptr ? 1 : static_cast<double>(row_weight[i]));
}

void Figures::make_room(Index rows, Index outputs, Index targets) {
    if (!keeps_rows_) return;
    const auto extend = [&](std::vector<double>& numbers, Index columns) {
        const std::size_t needed = numbers.size() + static_cast<std::size_t>(rows * columns);
        if (needed > numbers.capacity()) numbers.reserve(std::max(needed, 2 * numbers.capacity()));
    };
    extend(rows_.outputs, outputs);
    extend(rows_.targets, targets);
    extend(rows_.weights, 1);
}

bool Figures::needs_weights() const {
    return keeps_rows_ || std::any_of(metrics_.begin(), metrics_.end(),
                                      [](const Metric& metric) { return metric.is_weighted(); });
}

void Figures::check_columns(Index outputs, Index targets) const {
    const auto fits = [&](const Metric& metric) { return metric.fits(outputs, targets); };
    if (!std::all_of(metrics_.begin(), metrics_.end(), fits)) {
        fail("figures", "a metric cannot compare ", outputs, " columns of the output with ",
             targets, " of the target");
    }
}

bool Figures::reads_classes() const {
    return std::any_of(metrics_.begin(), metrics_.end(),
                       [](const Metric& metric) { return metric.reads_classes(); });
}

void Figures::reset() {
    loss_ = 0;
    weight_ = 0;
    for (Metric& metric : metrics_) metric.reset();
    rows_.outputs.clear();
    rows_.targets.clear();
    rows_.weights.clear();
}

std::vector<double> Figures::results() const {
    const double mean = weight_ == 0 ? std::numeric_limits<double>::quiet_NaN() : loss_ / weight_;
    std::vector<double> found{mean};
    for (const Metric& metric : metrics_) found.push_back(metric.result());
    return found;
}

template void Figures::add(double, double, Matrix<const float>, Matrix<const float>, const float*);
template void Figures::add(double, double, Matrix<const double>, Matrix<const double>,
                           const double*);

}  // namespace ganglion
