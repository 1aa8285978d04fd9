#include "graph/ops/gru.h"

#include "graph/lowering.h"
#include "graph/ops/normalization.h"
#include "graph/ops/recurrent.h"

namespace ganglion {

Extent GRU::extent(const Graph& graph) const {
    for (const CellFunction& function : {phi, of_gates}) check_cell_function(name, function);
    const Extent extent = extent_of_cell(graph, name, z, recurrent, 3);
    check_channel_parameter(graph, name, bias, z);
    return extent;
}

void GRU::forward(Lowering& to, ValueId y) const {
    const BufferId gates =
        kept_of_cell(to, y, "gates of ", 4 * to.graph().value(y).extent.channels);
    to.save(y, {gates});
    to.emit(GRUCall{{to.value(y), to.value(recurrent)},
                    walked(to, to.value(z), backwards),
                    to.value(bias),
                    gates,
                    phi,
                    of_gates});
}

void GRU::backward(Lowering& to, ValueId y) const {
    if (!to.wants_gradient(z) && !to.wants_gradient(recurrent) && !to.wants_gradient(bias)) return;
    const Value& made = to.graph().value(y);
    const Extent& extent = to.graph().value(z).extent;
    const BufferId h = to.value(y);
    const BufferId dz = to.scratch("gradient within " + made.name, extent);
    const BufferId dq = to.scratch("gradient of the state's product within " + made.name, extent);
    to.emit(GRUBackwardCall{{walked(to, dz, backwards), to.value(recurrent)},
                            to.saved(y)[0],
                            h,
                            to.gradient(y),
                            walked(to, dq, backwards),
                            of_one_position(to, y, "gradient at a position of "),
                            phi,
                            of_gates});
    contribute_recurrent(to, recurrent, h, dq, backwards);
    if (to.wants_gradient(bias)) {
        const Lowering::Contribution db = to.contribute(bias);
        to.emit(SumRowsCall{dq, db.into, db.accumulate});
    }
    if (to.wants_gradient(z)) to.contribute_gradient(dz, z);
}

}  // namespace ganglion
