#include <string>

#include "base/access.h"
#include "bindings.h"

namespace ganglion {

namespace py = pybind11;

void bind_access(py::module_& module) {
    // For `with`. A hold also ends when nobody has it any more: so it does where Ctrl-C comes
    // before the block is entered, or after it is left.
    py::class_<Access::Hold>(module, "Hold")
        .def("__enter__", [](const Access::Hold&) {})
        .def("__exit__", [](Access::Hold& hold, const py::args&) { hold.end(); });
    py::class_<Access>(module, "Access")
        .def(py::init<std::string, std::string>(), py::arg("what"), py::arg("hint") = "")
        .def("reading", &Access::read, py::arg("call"), py::keep_alive<0, 1>())
        .def("training", &Access::train, py::arg("call"), py::keep_alive<0, 1>())
        .def("changing", &Access::change, py::arg("call"), py::keep_alive<0, 1>());
}

}  // namespace ganglion
