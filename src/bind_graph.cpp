#include <pybind11/stl.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/names.h"
#include "bindings.h"
#include "graph/graph.h"

namespace ganglion {

namespace py = pybind11;

void bind_graph(py::module_& module) {
    py::class_<Graph>(module, "Graph")
        .def(py::init<>())
        .def(py::init<const Graph&>(), py::arg("other"))
        .def("set_layer", &Graph::set_layer, py::arg("name"))
        .def("input", &Graph::input, py::arg("name"), py::arg("cols"))
        .def("parameter", &Graph::parameter, py::arg("name"), py::arg("rows"), py::arg("cols"))
        .def(
            "affine",
            [](Graph& graph, ValueId x, ValueId weight, std::optional<ValueId> bias) {
                return graph.affine(x, weight, bias.value_or(kNoValue));
            },
            py::arg("x"), py::arg("weight"), py::arg("bias"))
        .def(
            "activation",
            [](Graph& graph, ValueId x, const std::string& name, double alpha) {
                return graph.activation(x, named("activation", kActivations, name).activation,
                                        alpha);
            },
            py::arg("x"), py::arg("name"), py::arg("alpha"))
        .def("softmax", &Graph::softmax, py::arg("x"))
        .def("dropout", &Graph::dropout, py::arg("x"), py::arg("rate"))
        .def("add", &Graph::add, py::arg("a"), py::arg("b"))
        .def(
            "loss",
            [](Graph& graph, const std::string& name, ValueId output, ValueId target,
               ValueId weight, std::vector<double> parameters) {
                return graph.loss(named("loss", kLosses, name).loss, output, target, weight,
                                  std::move(parameters));
            },
            py::arg("name"), py::arg("output"), py::arg("target"), py::arg("weight"),
            py::arg("parameters") = std::vector<double>{})
        .def(
            "cols", [](const Graph& graph, ValueId id) { return graph.value(id).cols; },
            py::arg("value"))
        .def("is_probability", &Graph::is_probability, py::arg("value"))
        .def(
            "capsule", [](Graph& graph) { return py::capsule(&graph, "ganglion.Graph"); },
            "The C++ graph, for the predictor's module. It must not outlive the Python one.");
}

}  // namespace ganglion
