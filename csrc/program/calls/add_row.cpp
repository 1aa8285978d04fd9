#include "program/calls/add_row.h"

namespace ganglion {

Accesses AddRowCall::accesses() const {
    Accesses found{{row}, {y}};
    if (accumulate) found.also_read(y);
    return found;
}

template <class T>
void AddRowCall::run(Frame<T>& frame) const {
    kernels<T>().add_row(frame.pointer(row), frame.mine(y), accumulate);
}

template void AddRowCall::run(Frame<float>&) const;
template void AddRowCall::run(Frame<double>&) const;

}  // namespace ganglion
