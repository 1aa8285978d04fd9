#pragma once

#include <pybind11/pybind11.h>

namespace ganglion {

/// The submodule of what computes in numbers of type T.
template <class T>
pybind11::module_ submodule_for(pybind11::module_& module) {
    return module.def_submodule(sizeof(T) == sizeof(float) ? "float32" : "float64");
}

// One function for each file of bindings.
void bind_runtime(pybind11::module_& module);
void bind_access(pybind11::module_& module);
void bind_gemm(pybind11::module_& module);
void bind_kernels(pybind11::module_& module);
void bind_graph(pybind11::module_& module);
void bind_figures(pybind11::module_& module);
void bind_perceptrons(pybind11::module_& module);
void bind_parameter_store(pybind11::module_& module);
void bind_optimizer(pybind11::module_& module);
void bind_trainer(pybind11::module_& module);
void bind_tape(pybind11::module_& module);
void bind_predictor(pybind11::module_& module);

}  // namespace ganglion
