#include "graph/ops/simple_rnn.h"

#include "base/error.h"
#include "graph/lowering.h"
#include "graph/ops/recurrent.h"

namespace ganglion {

Extent SimpleRNN::extent(const Graph& graph) const {
    check_alpha(activation, alpha);
    return extent_of_cell(graph, name, z, recurrent, 1);
}

void SimpleRNN::forward(Lowering& to, ValueId y) const {
    const Value& made = to.graph().value(y);
    const bool keeps =
        to.mode() == Mode::train && info(activation).derivative_from == DerivativeFrom::input;
    const BufferId sums =
        keeps ? to.scratch("pre-activations of " + made.name, made.extent) : kNoBuffer;
    to.save(y, {sums});
    to.emit(SimpleRNNCall{{to.value(y), to.value(recurrent)},
                          walked(to, to.value(z), backwards),
                          sums,
                          activation,
                          alpha});
}

void SimpleRNN::backward(Lowering& to, ValueId y) const {
    if (!to.wants_gradient(z) && !to.wants_gradient(recurrent)) return;
    check_derivative(name, activation);
    const BufferId sums = to.saved(y)[0];
    const BufferId h = to.value(y);
    const BufferId dz = to.scratch("gradient within " + to.graph().value(y).name, to.extent(h));
    to.emit(SimpleRNNBackwardCall{{walked(to, dz, backwards), to.value(recurrent)},
                                  sums == kNoBuffer ? h : sums,
                                  to.gradient(y),
                                  activation,
                                  alpha});
    contribute_recurrent(to, recurrent, h, dz, backwards);
    if (to.wants_gradient(z)) to.contribute_gradient(dz, z);
}

}  // namespace ganglion
