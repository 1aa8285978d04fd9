#include "graph/ops/recurrent.h"

#include "base/error.h"
#include "graph/lowering.h"

namespace ganglion {

Extent extent_of_cell(const Graph& graph, const char* op, ValueId z, ValueId recurrent,
                      Index gates) {
    const Value& from = graph.value(z);
    const Value& by = graph.value(recurrent);
    if (from.extent.rows != kBatch) fail(op, from.name, " has no row for each sample");
    if (by.kind != ValueKind::parameter) fail(op, by.name, " is no parameter");
    const Index units = by.extent.rows;
    if (by.extent.channels != gates * units)
        fail(op, by.name, " is ", units, "x", by.extent.channels, ", must be ", units, "x",
             gates * units);
    if (from.extent.channels != gates * units)
        fail(op, by.name, " makes ", gates * units, " columns, ", from.name, " has ",
             from.extent.channels);
    return {from.extent.rows, from.extent.positions, units};
}

void check_cell_function(const char* op, const CellFunction& function) {
    check_alpha(function.activation, function.alpha);
    check_derivative(op, function.activation);
    if (info(function.activation).derivative_from == DerivativeFrom::input)
        fail(op, info(function.activation).name,
             " has a derivative that does not follow from what comes out, must be one whose does,"
             " such as tanh, sigmoid or relu");
}

BufferId kept_of_cell(Lowering& to, ValueId y, const char* what, Index channels) {
    const Value& made = to.graph().value(y);
    const Index positions = to.mode() == Mode::train ? made.extent.positions : 1;
    return to.scratch(what + made.name, {made.extent.rows, positions, channels});
}

BufferId of_one_position(Lowering& to, ValueId y, const char* what) {
    const Value& made = to.graph().value(y);
    return to.scratch(what + made.name, {made.extent.rows, 1, made.extent.channels});
}

BufferId walked(Lowering& to, BufferId of, bool backwards) {
    return backwards ? to.reversed(of) : of;
}

void contribute_recurrent(Lowering& to, ValueId recurrent, BufferId h, BufferId dz,
                          bool backwards) {
    if (!to.wants_gradient(recurrent)) return;
    const Extent extent = to.extent(h);
    const Range channels{0, extent.channels};
    const BufferId before = to.scratch("before " + to.graph().value(recurrent).name, extent);
    const BufferId in_order = walked(to, before, backwards);
    to.emit(ClearCall{to.view(in_order, {0, 1}, channels)});
    if (extent.positions > 1)
        to.emit(CopyCall{to.view(h, {0, extent.positions - 1}, channels),
                         to.view(in_order, {1, extent.positions}, channels)});
    const Lowering::Contribution du = to.contribute(recurrent);
    to.emit(GemmCall{
        .a = before, .b = dz, .c = du.into, .transpose_a = true, .accumulate = du.accumulate});
}

}  // namespace ganglion
