#pragma once

#include <pybind11/pybind11.h>

#include "base/stop.h"
#include "gil.h"

// Calls that Ctrl-C ends.

namespace ganglion {

namespace py = pybind11;

/// Runs pending Python signal handlers; true when one raised, as Ctrl-C does.
inline bool signal_raised(void*) {
    py::gil_scoped_acquire gil;
    return PyErr_CheckSignals() != 0;
}

/// Python handles signals on its main thread only; others need not ask.
inline Interrupt interrupt_of_this_thread() {
    const py::module_ threading = py::module_::import("threading");
    const bool main = threading.attr("current_thread")().is(threading.attr("main_thread")());
    return main ? Interrupt{&signal_raised, nullptr} : kNoInterrupt;
}

/// Return `call(interrupt)`, called without the GIL.
template <class Call>
auto interruptible(const Call& call) {
    const Interrupt interrupt = interrupt_of_this_thread();
    const GilRelease release;
    return call(interrupt);
}

}  // namespace ganglion
