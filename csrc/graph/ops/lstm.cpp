#include "graph/ops/lstm.h"

#include "graph/lowering.h"
#include "graph/ops/recurrent.h"

namespace ganglion {

Extent LSTM::extent(const Graph& graph) const {
    for (const CellFunction& function : {phi, of_gates}) check_cell_function(name, function);
    return extent_of_cell(graph, name, z, recurrent, 4);
}

void LSTM::forward(Lowering& to, ValueId y) const {
    const Value& made = to.graph().value(y);
    const auto kept = [&](const char* what, Index channels) {
        return kept_of_cell(to, y, what, channels);
    };
    const Index units = made.extent.channels;
    const BufferId gates = kept("gates of ", 4 * units);
    const BufferId c = kept("state of ", units);
    const BufferId activated = kept("activated state of ", units);
    to.save(y, {gates, c, activated});
    to.emit(LSTMCall{{to.value(y), to.value(recurrent)},
                     walked(to, to.value(z), backwards),
                     gates,
                     c,
                     activated,
                     phi,
                     of_gates});
}

void LSTM::backward(Lowering& to, ValueId y) const {
    if (!to.wants_gradient(z) && !to.wants_gradient(recurrent)) return;
    const std::vector<BufferId>& saved = to.saved(y);
    const BufferId h = to.value(y);
    const BufferId dz =
        to.scratch("gradient within " + to.graph().value(y).name, to.graph().value(z).extent);
    const auto at_once = [&](const char* what) { return of_one_position(to, y, what); };
    to.emit(LSTMBackwardCall{{walked(to, dz, backwards), to.value(recurrent)},
                             saved[0],
                             saved[1],
                             saved[2],
                             to.gradient(y),
                             at_once("gradient at a position of "),
                             at_once("gradient of a state of "),
                             at_once("gradient through a state of "),
                             phi,
                             of_gates});
    contribute_recurrent(to, recurrent, h, dz, backwards);
    if (to.wants_gradient(z)) to.contribute_gradient(dz, z);
}

}  // namespace ganglion
