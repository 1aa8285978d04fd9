#include "program/calls/add_row.h"

namespace ganglion {

Accesses AddRowCall::accesses() const {
    Accesses found{{row, weight}, {y}};
    if (accumulate) found.also_read(y);
    return found;
}

template <class T>
void AddRowCall::run(Frame<T>& frame) const {
    const Index positions = frame.memory.buffer(y).extent.positions;
    kernels<T>().add_row(
        {frame.pointer(row), frame.mine(weight).data, positions, frame.mine(y), accumulate});
}

template void AddRowCall::run(Frame<float>&) const;
template void AddRowCall::run(Frame<double>&) const;

}  // namespace ganglion
