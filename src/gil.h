#pragma once

#include <Python.h>
#include <unistd.h>

namespace ganglion {

/// Gives the GIL away for a scope: the one way to do so in all bindings. A daemon's thread that
/// wants it back when Python is at its end would be ended by Python there, by unwinding, which many
/// a destructor does not let through, and which others follow without the GIL they need. It sleeps
/// until the process has ended, as Python 3.14 has it.
class GilRelease {
  public:
    GilRelease() : state_(PyEval_SaveThread()) {}
    ~GilRelease() {
        try {
            PyEval_RestoreThread(state_);
        } catch (...) {  // nothing but that unwinding
            for (;;) pause();
        }
    }
    GilRelease(const GilRelease&) = delete;
    GilRelease& operator=(const GilRelease&) = delete;

  private:
    PyThreadState* state_;
};

}  // namespace ganglion
