#include "graph/ops/gaussian_noise.h"

#include <cmath>

#include "base/error.h"
#include "graph/lowering.h"

namespace ganglion {

Extent GaussianNoise::extent(const Graph& graph) const {
    if (!(deviation >= 0 && std::isfinite(deviation)))
        fail(name, "deviation is ", deviation, ", must be finite and not negative");
    return graph.value(x).extent;
}

void GaussianNoise::forward(Lowering& to, ValueId y) const {
    if (to.mode() != Mode::train || deviation == 0) return to.be(y, to.value(x));
    to.emit(AddNoiseCall{to.matrix(x), to.value(y), deviation, stream});
}

void GaussianNoise::backward(Lowering& to, ValueId y) const { to.contribute_gradient_of(y, x); }

}  // namespace ganglion
