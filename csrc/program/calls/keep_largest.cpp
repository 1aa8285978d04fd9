#include "program/calls/keep_largest.h"

namespace ganglion {

Accesses KeepLargestCall::accesses() const {
    Accesses found{{x}, {to}};
    if (from != x) found.also_read(from);
    return found;
}

template <class T>
void KeepLargestCall::run(Frame<T>& frame) const {
    kernels<T>().keep_largest(frame.mine(x), frame.mine(from), count, frame.mine(to));
}

template void KeepLargestCall::run(Frame<float>&) const;
template void KeepLargestCall::run(Frame<double>&) const;

}  // namespace ganglion
