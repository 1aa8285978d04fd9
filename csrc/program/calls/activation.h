#pragma once

#include "kernels/activation.h"
#include "program/accesses.h"
#include "program/frame.h"

namespace ganglion {

/// a = phi(z).
struct ActivationCall {
    BufferId z;
    BufferId a;
    Activation activation;
    double alpha;

    Accesses accesses() const { return {{z}, {a}}; }
    template <class T>
    void run(Frame<T>& frame) const;
};

/// dz = da * phi'(saved).
struct ActivationBackwardCall {
    BufferId saved;
    BufferId da;
    BufferId dz;
    Activation activation;
    double alpha;

    Accesses accesses() const { return {{saved, da}, {dz}}; }
    template <class T>
    void run(Frame<T>& frame) const;
};

}  // namespace ganglion
