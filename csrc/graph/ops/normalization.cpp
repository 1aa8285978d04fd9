#include "graph/ops/normalization.h"

#include <limits>

#include "base/error.h"
#include "graph/lowering.h"

namespace ganglion {
namespace {

/// Add one of the rows of (1, rows, channels) to a parameter's gradient.
void contribute_row(Lowering& to, BufferId rows, Index row, ValueId parameter) {
    if (!to.wants_gradient(parameter)) return;
    const Range channels{0, to.graph().value(parameter).extent.channels};
    const Lowering::Contribution d = to.contribute(parameter);
    to.emit(SumRowsCall{to.view(rows, {row, row + 1}, channels), d.into, d.accumulate});
}

}  // namespace

void check_channel_parameter(const Graph& graph, const char* op, ValueId parameter, ValueId x) {
    if (parameter == kNoValue) return;
    const Value& value = graph.value(parameter);
    if (value.kind != ValueKind::parameter) fail(op, value.name, " is no parameter");
    const Index channels = graph.value(x).extent.channels;
    if (value.extent.rows != 1 || value.extent.channels != channels)
        fail(op, value.name, " is ", value.extent.rows, "x", value.extent.channels, ", must be 1x",
             channels);
}

void check_epsilon(const char* op, double epsilon) {
    if (!(epsilon > 0 && epsilon < std::numeric_limits<double>::infinity()))
        fail(op, "epsilon is ", epsilon, ", must be positive and finite");
}

void contribute_gradient_sums(Lowering& to, BufferId sums, ValueId weight, ValueId bias) {
    contribute_row(to, sums, 0, bias);
    contribute_row(to, sums, 1, weight);
}

}  // namespace ganglion
