#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/names.h"
#include "bindings.h"
#include "numpy_views.h"
#include "ranges.h"
#include "train/figures.h"
#include "train/penalty.h"

namespace ganglion {
namespace {

using Wanted = std::vector<std::tuple<std::string, double, bool, bool>>;

std::vector<MetricSettings> metrics_from(const Wanted& wanted) {
    std::vector<MetricSettings> metrics;
    for (const auto& [name, parameter, weighted, of_classes] : wanted) {
        metrics.push_back({named("metric", kMetrics, name).kind, parameter, weighted, of_classes});
    }
    return metrics;
}

/// An array whose numbers lie one after the other.
template <class T>
using Packed = py::array_t<T, py::array::c_style | py::array::forcecast>;

/// Refuse targets that are no numbers of outputs, where a metric looks there.
template <class T>
void check_classes(const Figures& figures, Matrix<const T> targets, Index outputs) {
    if (targets.cols != 1 || !figures.reads_classes()) return;
    for (Index i = 0; i < targets.rows; ++i) {
        const T label = *targets.at(i, 0);
        if (!(label >= 0 && label < static_cast<T>(outputs))) {
            fail("figures", "target is ", label, " at row ", i,
                 ", must be a class number from 0 to ", outputs - 1);
        }
    }
}

template <class T>
void add_batch(Figures& figures, double loss, double weight, const py::array_t<T>& output,
               const py::array_t<T>& target, const std::optional<Packed<T>>& row_weight) {
    const Matrix<const T> outputs = rows_of<T>(output, "output");
    const Matrix<const T> targets = rows_of<T>(target, "target");
    if (targets.rows != outputs.rows || (row_weight && row_weight->size() != outputs.rows)) {
        fail("figures", "output, target and row_weight do not have the same rows");
    }
    figures.check_columns(outputs.cols, targets.cols);
    check_classes(figures, targets, outputs.cols);
    figures.add<T>(loss, weight, outputs, targets, row_weight ? row_weight->data() : nullptr);
}

/// Copies of the kept rows: outputs, targets, weights, each (rows, columns).
py::tuple rows_of_figures(const Figures& figures) {
    const Figures::Rows& kept = figures.rows();
    const auto rows = static_cast<Index>(kept.weights.size());
    const auto table = [&](const std::vector<double>& numbers) {
        const Index columns = rows == 0 ? 0 : static_cast<Index>(numbers.size()) / rows;
        return py::array_t<double>({rows, columns}, numbers.data());
    };
    return py::make_tuple(table(kept.outputs), table(kept.targets), table(kept.weights));
}

}  // namespace

void bind_figures(py::module_& module) {
    py::class_<Figures>(module, "Figures")
        .def(py::init(
                 [](const Wanted& metrics, Index outputs, bool mean_of_batches, bool keeps_rows) {
                     return std::make_unique<Figures>(metrics_from(metrics), outputs,
                                                      mean_of_batches, keeps_rows);
                 }),
             py::arg("metrics"), py::arg("outputs"), py::arg("mean_of_batches") = false,
             py::arg("keeps_rows") = false)
        .def("add", &add_batch<float>, py::arg("loss"), py::arg("weight"),
             py::arg("output").noconvert(), py::arg("target").noconvert(),
             py::arg("row_weight").noconvert())
        .def("add", &add_batch<double>, py::arg("loss"), py::arg("weight"),
             py::arg("output").noconvert(), py::arg("target").noconvert(),
             py::arg("row_weight").noconvert())
        .def("reset", &Figures::reset)
        .def("results", &Figures::results)
        .def("rows", &rows_of_figures);
    py::class_<Penalty>(module, "Penalty")
        .def(py::init([](double alpha, const Pairs& ranges) {
                 return std::make_unique<Penalty>(alpha, ranges_of(ranges));
             }),
             py::arg("alpha"), py::arg("ranges"))
        .def("reset", &Penalty::reset)
        .def("mean", &Penalty::mean);
}

}  // namespace ganglion
