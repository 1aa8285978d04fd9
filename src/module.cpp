#include "bindings.h"

PYBIND11_MODULE(_core, module) {
    module.doc() = "The C++ core of Ganglion.";
    module.attr("__version__") = GANGLION_VERSION;
    ganglion::bind_runtime(module);
    ganglion::bind_access(module);
    ganglion::bind_gemm(module);
    ganglion::bind_kernels(module);
    ganglion::bind_graph(module);
    ganglion::bind_figures(module);
    ganglion::bind_perceptrons(module);
    ganglion::bind_parameter_store(module);
    ganglion::bind_optimizer(module);
    ganglion::bind_trainer(module);
    ganglion::bind_tape(module);
    ganglion::bind_predictor(module);
}
