#include "base/cpu.h"
#include "base/team.h"
#include "bindings.h"

PYBIND11_MODULE(_core, module) {
    module.doc() = "The C++ core of Ganglion.";
    module.attr("__version__") = GANGLION_VERSION;
    ganglion::selected_isa();  // what the environment demands in vain is an error now
    ganglion::thread_limit();
    ganglion::bind_runtime(module);
    ganglion::bind_kernels(module);
    ganglion::bind_graph(module);
    ganglion::bind_training(module);
}
