#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings.h"
#include "endings.h"
#include "interrupts.h"
#include "numpy_views.h"
#include "train/predictor.h"

namespace ganglion {
namespace {

template <class T>
void bind_predictor(py::module_ module) {
    py::class_<Predictor<T>>(module, "Predictor")
        .def(py::init([](const Graph& graph, std::vector<ValueId> inputs,
                         std::vector<ValueId> outputs, ParameterStore<T>& store, Index max_batch) {
                 return std::make_unique<Predictor<T>>(graph, std::move(inputs), std::move(outputs),
                                                       store, max_batch);
             }),
             py::kw_only(), py::arg("graph"), py::arg("inputs"), py::arg("outputs"),
             py::arg("store"), py::arg("max_batch"), py::keep_alive<1, 5>())
        .def(
            "predict",
            [](const Predictor<T>& predictor, const std::vector<Fed>& x,
               const std::vector<py::array>& out) {
                std::vector<DataView> from;
                for (const auto& [array, scale, columns] : x)
                    from.push_back(data_view(array, "x", scale, columns));
                const auto to = output_matrices<T>(out, "out");
                const Ending ending = interruptible(
                    [&](Interrupt interrupt) { return predictor.predict(from, to, interrupt); });
                if (ending == Ending::interrupted) throw py::error_already_set();
                return name_of(ending);
            },
            py::arg("x"), py::arg("out"))
        .def("team_costs", &Predictor<T>::team_costs, py::arg("rows"), py::arg("members"));
}

std::optional<std::pair<Index, Index>> found(const Place& place) {
    if (place.row < 0) return std::nullopt;
    return std::pair{place.row, place.col};
}

template <class T>
void bind_first_places(py::module_ module) {
    module.def(
        "first_not_finite",
        [](const py::array& x, double x_scale, const Columns& x_columns) {
            return found(first_not_finite<T>(data_view(x, "x", x_scale, x_columns)));
        },
        py::arg("x"), py::arg("x_scale"), py::arg("x_columns") = py::none());
    module.def(
        "first_no_index",
        [](const py::array& x, Index count, double x_scale, const Columns& x_columns) {
            return found(first_no_index<T>(data_view(x, "x", x_scale, x_columns), count));
        },
        py::arg("x"), py::arg("count"), py::arg("x_scale"), py::arg("x_columns") = py::none());
}

}  // namespace

void bind_predictor(py::module_& module) {
    bind_first_places<float>(submodule_for<float>(module));
    bind_first_places<double>(submodule_for<double>(module));
    bind_predictor<float>(submodule_for<float>(module));
    bind_predictor<double>(submodule_for<double>(module));
}

}  // namespace ganglion
