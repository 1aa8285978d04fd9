#include "graph/ops/slice.h"

#include "base/error.h"
#include "graph/lowering.h"

namespace ganglion {
namespace {

void check(const char* what, Range range, Index count, const std::string& of) {
    if (range.begin < 0 || range.size() < 1 || range.end > count)
        fail(Slice::name, what, " ", range.begin, " to ", range.end, " are not among the ", count,
             " of ", of);
}

}  // namespace

Extent Slice::extent(const Graph& graph) const {
    const Value& from = graph.value(x);
    check("positions", positions, from.extent.positions, from.name);
    check("channels", channels, from.extent.channels, from.name);
    return {from.extent.rows, positions.size(), channels.size()};
}

void Slice::forward(Lowering& to, ValueId y) const {
    to.be(y, to.view(to.value(x), positions, channels));
}

void Slice::backward(Lowering& to, ValueId y) const {
    if (!to.wants_gradient(x)) return;
    const Lowering::Contribution dx = to.contribute(x);
    const BufferId part = to.view(dx.into, positions, channels);
    if (dx.accumulate) return to.emit(AddCall{part, to.gradient(y), part});
    to.emit(ClearCall{dx.into});
    to.emit(CopyCall{to.gradient(y), part});
}

}  // namespace ganglion
