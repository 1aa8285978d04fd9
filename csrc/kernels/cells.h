#pragma once

#include "base/matrix.h"

// What recurrent cells do at a position once their gates are activated. Of the position before,
// `before` has the state; without data that is 0.

namespace ganglion {

/// The long short-term memory (Hochreiter and Schmidhuber, 1997), with a gate that forgets (Gers,
/// Schmidhuber and Cummins, 2000). Its gates are in Keras's order and PyTorch's: of what comes in,
/// of what is kept, the candidate, and of what goes out, as many columns each as there are units.
template <class T>
struct LSTMGradient {
    Matrix<const T> gates;
    Matrix<const T> before;     // c
    Matrix<const T> activated;  // phi(c), of which out * it is h
    Matrix<const T> dh;
    Matrix<const T> through;  // dh * out * phi'(c): what comes to c from h
    Matrix<T> dc;      // what comes to c from the position after; then to that of the one before
    Matrix<T> dgates;  // of activated gates
};

template <class T>
struct LSTMKernels {
    /// c = in * candidate + kept * before; c may be `before`.
    void (*forward)(Matrix<const T> gates, Matrix<const T> before, Matrix<T> c);
    void (*backward)(const LSTMGradient<T>& args);
};

/// The gated recurrent unit (Cho et al., 2014). Its gates: of what is kept, as many columns as
/// there are units.
template <class T>
struct GRUGradient {
    Matrix<const T> kept;
    Matrix<const T> candidate;
    Matrix<const T> before;
    Matrix<T> dh;  // then what comes to h of the position before
    Matrix<T> dkept;
    Matrix<T> dcandidate;
};

template <class T>
struct GRUKernels {
    /// h = kept * before + (1 - kept) * candidate.
    void (*forward)(Matrix<const T> kept, Matrix<const T> candidate, Matrix<const T> before,
                    Matrix<T> h);
    void (*backward)(const GRUGradient<T>& args);
};

}  // namespace ganglion
