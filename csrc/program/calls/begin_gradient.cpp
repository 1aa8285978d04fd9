#include "program/calls/begin_gradient.h"

#include <algorithm>

namespace ganglion {

template <class T>
void BeginGradientCall::run(Frame<T>& frame) const {
    const bool is_told = frame.run.losses != nullptr;
    const double scale = is_told ? frame.run.losses[term].scale : 1;
    const Matrix<T> to = frame.own(gradient);
    for (Index i = 0; i < to.rows; ++i)
        std::fill_n(to.at(i, 0), to.cols, static_cast<T>(factor * scale));
}

template void BeginGradientCall::run(Frame<float>&) const;
template void BeginGradientCall::run(Frame<double>&) const;

}  // namespace ganglion
