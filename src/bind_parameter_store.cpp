#include <pybind11/stl.h>

#include <string>

#include "bindings.h"
#include "numpy_views.h"
#include "train/parameter_store.h"

namespace ganglion {
namespace {

template <class T>
void bind_store(py::module_ module) {
    py::class_<ParameterStore<T>>(module, "ParameterStore")
        .def(py::init<const Graph&>(), py::arg("graph"))
        .def_property_readonly("values",
                               [](py::object self) {
                                   auto& store = self.cast<ParameterStore<T>&>();
                                   return array_over(store.values(), store.size(), self);
                               })
        .def_property_readonly("gradients",
                               [](py::object self) {
                                   auto& store = self.cast<ParameterStore<T>&>();
                                   return array_over(store.gradients(), store.size(), self);
                               })
        .def_property_readonly("access", [](ParameterStore<T>& store) { return &store.access(); });
}

}  // namespace

void bind_parameter_store(py::module_& module) {
    bind_store<float>(submodule_for<float>(module));
    bind_store<double>(submodule_for<double>(module));
}

}  // namespace ganglion
