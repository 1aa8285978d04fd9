#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "bindings.h"
#include "gil.h"
#include "interrupts.h"
#include "numpy_views.h"
#include "ranges.h"
#include "train/tape.h"

namespace ganglion {
namespace {

template <class T>
void bind_tape(py::module_ module) {
    py::class_<Tape<T>>(module, "Tape")
        .def(py::init<const Graph&, std::vector<ValueId>, std::vector<ValueId>, bool,
                      ParameterStore<T>&, Index, std::uint64_t, const Groups&, bool>(),
             py::kw_only(), py::arg("graph"), py::arg("inputs"), py::arg("outputs"),
             py::arg("input_gradients"), py::arg("store"), py::arg("max_batch"), py::arg("seed"),
             py::arg("groups") = py::none(), py::arg("row_gradients") = false,
             py::keep_alive<1, 6>())
        .def(
            "forward",
            [](Tape<T>& tape, const std::vector<py::array>& x, const std::vector<py::array>& y,
               std::uint64_t step) {
                const auto from = matrices_of<T>(x, "x");
                const auto to = output_matrices<T>(y, "y");
                const bool finished = interruptible(
                    [&](Interrupt interrupt) { return tape.forward(from, to, step, interrupt); });
                if (!finished) throw py::error_already_set();
            },
            py::arg("x"), py::arg("y"), py::arg("step"))
        .def(
            "backward",
            [](Tape<T>& tape, const std::vector<py::array>& dy, const std::vector<py::array>& dx) {
                const auto from = matrices_of<T>(dy, "dy");
                const auto to = output_matrices<T>(dx, "dx");
                const bool finished = interruptible(
                    [&](Interrupt interrupt) { return tape.backward(from, to, interrupt); });
                if (!finished) throw py::error_already_set();
            },
            py::arg("dy"), py::arg("dx"))
        .def(
            "apply_gradients",
            [](Tape<T>& tape, OptimizerState<T>& optimizer, double rate) {
                const GilRelease release;
                return tape.apply_gradients(optimizer, rate);
            },
            py::arg("optimizer"), py::arg("rate"))
        .def_property_readonly("reached",
                               [](const Tape<T>& tape) { return pairs_of(tape.reached()); })
        .def_property_readonly("rows", &Tape<T>::rows)
        .def_property_readonly("max_batch", &Tape<T>::max_batch);
}

}  // namespace

void bind_tape(py::module_& module) {
    bind_tape<float>(submodule_for<float>(module));
    bind_tape<double>(submodule_for<double>(module));
}

}  // namespace ganglion
