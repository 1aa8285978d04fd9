#include "program/calls/begin_gradient.h"

#include <algorithm>

namespace ganglion {

template <class T>
void BeginGradientCall::run(Frame<T>& frame) const {
    const bool is_told = frame.run.losses != nullptr;
    const double scale = is_told ? frame.run.losses[term].scale : 1;
    const Matrix<T> to = frame.own(gradient);
    const Matrix<T> weights = frame.mine(weight);
    const Index positions = frame.memory.buffer(gradient).extent.positions;
    for (Index i = 0; i < to.rows; ++i) {
        const T counts = weights.data == nullptr ? T{1} : *weights.at(i / positions, 0);
        const double along = factor * scale * static_cast<double>(counts);
        std::fill_n(to.at(i, 0), to.cols, static_cast<T>(along));
    }
}

template void BeginGradientCall::run(Frame<float>&) const;
template void BeginGradientCall::run(Frame<double>&) const;

}  // namespace ganglion
