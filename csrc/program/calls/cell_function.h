#pragma once

#include "kernels/kernels.h"

namespace ganglion {

/// An activation within a cell, whose derivative follows from what comes out.
struct CellFunction {
    Activation activation;
    double alpha = 0;

    template <class T>
    void activate(const Matrix<T>& z, const Matrix<T>& a) const {
        kernels<T>().of(activation).forward(z, a, static_cast<T>(alpha));
    }
    template <class T>
    void activate(const Matrix<T>& z) const {
        activate(z, z);
    }
    /// d = d * phi'(a).
    template <class T>
    void derive(const Matrix<T>& a, const Matrix<T>& d) const {
        kernels<T>().of(activation).backward(a, d, d, static_cast<T>(alpha));
    }
};

}  // namespace ganglion
