#include <pybind11/stl.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings.h"
#include "interrupts.h"
#include "numpy_views.h"
#include "train/perceptrons.h"

namespace ganglion {
namespace {

/// A one-dimensional array of exactly type T without gaps, of `count` numbers.
template <class T>
const T* numbers_of(const py::array& array, const std::string& name, Index count) {
    const Matrix<const T> row = rows_of<T>(array, name);
    if (array.ndim() != 1 || row.cols != count) {
        fail("Perceptrons", name, " has ", row.cols, " numbers, must have ", count);
    }
    return row.data;
}

/// Their numbers are of 32 bits.
constexpr Index kMostSamples = std::numeric_limits<std::int32_t>::max();

/// Of each value, and where each row begins: a tuple, which the core keeps alive.
using SparseColumns = py::tuple;

template <class T>
SampleRows<T> sparse_rows(const py::array& values, const SparseColumns& columns, Index features) {
    if (columns.size() != 2) fail("Perceptrons", "columns must be a pair of arrays");
    const auto numbers = columns[0].cast<py::array>();
    const auto begins = columns[1].cast<py::array>();
    const Index samples = begins.size() - 1;
    const std::int32_t* begin = numbers_of<std::int32_t>(begins, "begins", samples + 1);
    const std::int32_t* column = numbers_of<std::int32_t>(numbers, "columns", values.size());
    if (samples < 0 || begin[0] != 0 || begin[samples] != values.size() ||
        !std::is_sorted(begin, begin + samples + 1)) {
        fail("Perceptrons", "begins must rise from 0 to the number of values");
    }
    const auto outside = [&](std::int32_t at) { return at < 0 || at >= features; };
    if (std::any_of(column, column + values.size(), outside)) {
        fail("Perceptrons", "columns must be from 0 to ", features - 1);
    }
    return {numbers_of<T>(values, "x", values.size()), samples, features, column, begin};
}

template <class T>
SampleRows<T> sample_rows(const py::array& x, const std::optional<SparseColumns>& columns,
                          Index features) {
    if (columns) return sparse_rows<T>(x, *columns, features);
    const Matrix<const T> rows = rows_of<T>(x, "x");
    if (x.ndim() != 2 || rows.cols != features || (rows.rows > 1 && rows.row_stride != features)) {
        fail("Perceptrons", "x must be a contiguous array with ", features, " columns");
    }
    return {rows.data, rows.rows, features, nullptr, nullptr};
}

using UnitTuple = std::tuple<std::int64_t, double, double, std::uint32_t, double>;

template <class T>
std::unique_ptr<Perceptrons<T>> make(
    const py::array& x, const std::optional<SparseColumns>& columns, const py::array& classes,
    const std::optional<py::array>& weight, const std::optional<py::array>& held_out,
    const std::vector<UnitTuple>& units, const py::array& coefs, double intercept_rate, double rate,
    double l2, double l1, bool shuffle) {
    const Matrix<const T> begin = rows_of<T>(coefs, "coefs");
    const SampleRows<T> rows = sample_rows<T>(x, columns, begin.cols);
    if (rows.samples > kMostSamples) fail("Perceptrons", "x has more than ", kMostSamples, " rows");
    const typename Perceptrons<T>::Samples samples{
        .x = rows,
        .classes = numbers_of<std::int64_t>(classes, "classes", rows.samples),
        .weight = weight ? numbers_of<T>(*weight, "weight", rows.samples) : nullptr,
        .held_out =
            held_out ? numbers_of<std::uint8_t>(*held_out, "held_out", rows.samples) : nullptr};
    std::vector<OneAgainstRest> each;
    for (const auto& [positive, positive_step, negative_step, seed, intercept] : units) {
        each.push_back({positive, positive_step, negative_step, seed, intercept});
    }
    return std::make_unique<Perceptrons<T>>(
        samples, PerceptronSettings{intercept_rate, rate, l2, l1, shuffle}, each, begin);
}

/// Let units learn; return for each its mean loss, its mean objective and whether it is finite.
template <class T>
std::vector<std::tuple<double, double, bool>> run_epoch(Perceptrons<T>& perceptrons,
                                                        const std::vector<Index>& units) {
    for (std::size_t i = 0; i < units.size(); ++i) {
        const bool rises = i == 0 || units[i] > units[i - 1];
        if (!rises || units[i] < 0 || units[i] >= perceptrons.size()) {
            fail("run_epoch", "units must be ascending numbers below ", perceptrons.size());
        }
    }
    const bool finished =
        interruptible([&](Interrupt interrupt) { return perceptrons.run_epoch(units, interrupt); });
    if (!finished) throw py::error_already_set();
    std::vector<std::tuple<double, double, bool>> figures;
    for (const Index unit : units) {
        figures.emplace_back(perceptrons.loss(unit), perceptrons.objective(unit),
                             perceptrons.is_finite(unit));
    }
    return figures;
}

template <class T>
void bind_perceptrons(py::module_ module) {
    py::class_<Perceptrons<T>>(module, "Perceptrons")
        .def(py::init(&make<T>), py::kw_only(), py::arg("x"), py::arg("columns"),
             py::arg("classes"), py::arg("weight"), py::arg("held_out"), py::arg("units"),
             py::arg("coefs"), py::arg("intercept_rate"), py::arg("rate"), py::arg("l2"),
             py::arg("l1"), py::arg("shuffle"), py::keep_alive<1, 2>(), py::keep_alive<1, 3>(),
             py::keep_alive<1, 4>(), py::keep_alive<1, 5>(), py::keep_alive<1, 6>())
        .def("run_epoch", &run_epoch<T>, py::arg("units"))
        .def(
            "intercept",
            [](const Perceptrons<T>& perceptrons, Index unit) {
                if (unit < 0 || unit >= perceptrons.size()) {
                    fail("intercept", "unit is ", unit, ", there are ", perceptrons.size());
                }
                return perceptrons.intercept(unit);
            },
            py::arg("unit"))
        .def_property_readonly("coefs", [](py::object self) {
            const Matrix<T> coefs = self.cast<Perceptrons<T>&>().coefs();
            constexpr Index item = sizeof(T);
            return py::array_t<T>({coefs.rows, coefs.cols}, {coefs.row_stride * item, item},
                                  coefs.data, self);
        });
}

}  // namespace

void bind_perceptrons(py::module_& module) {
    bind_perceptrons<float>(submodule_for<float>(module));
    bind_perceptrons<double>(submodule_for<double>(module));
}

}  // namespace ganglion
