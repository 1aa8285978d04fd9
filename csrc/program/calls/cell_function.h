#pragma once

#include "kernels/kernels.h"

namespace ganglion {

/// An activation within a cell, whose derivative follows from what comes out.
struct CellFunction {
    Activation activation;
    double alpha = 0;

    template <class T>
    void activate(const Matrix<T>& z, const Matrix<T>& a) const {
        kernels_of<T>().forward(z, a, static_cast<T>(alpha));
    }
    template <class T>
    void activate(const Matrix<T>& z) const {
        activate(z, z);
    }
    /// d = d * phi'(a).
    template <class T>
    void derive(const Matrix<T>& a, const Matrix<T>& d) const {
        kernels_of<T>().backward(a, d, d, static_cast<T>(alpha));
    }

  private:
    template <class T>
    const ActivationKernels<T>& kernels_of() const {
        return kernels<T>().activations[static_cast<std::size_t>(activation)];
    }
};

}  // namespace ganglion
