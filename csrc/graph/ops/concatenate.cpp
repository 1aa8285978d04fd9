#include "graph/ops/concatenate.h"

#include "base/error.h"
#include "graph/lowering.h"

namespace ganglion {
namespace {

/// Call `body` with each part and the range of channels that it has in the whole.
template <class Body>
void for_each_part(const Graph& graph, const std::vector<ValueId>& parts, const Body& body) {
    Index begin = 0;
    for (const ValueId part : parts) {
        const Index channels = graph.value(part).extent.channels;
        body(part, Range{begin, begin + channels});
        begin += channels;
    }
}

}  // namespace

Extent Concatenate::extent(const Graph& graph) const {
    if (parts.empty()) fail(name, "there is nothing to put together");
    Extent all = graph.value(parts[0]).extent;
    all.channels = 0;
    for (const ValueId part : parts) {
        const Value& value = graph.value(part);
        if (value.extent.rows != all.rows || value.extent.positions != all.positions)
            fail(name, value.name, " has ", value.extent.positions, " positions, ",
                 graph.value(parts[0]).name, " has ", all.positions);
        all.channels += value.extent.channels;
    }
    return all;
}

void Concatenate::forward(Lowering& to, ValueId y) const {
    const BufferId whole = to.value(y);
    const Range positions{0, to.graph().value(y).extent.positions};
    for_each_part(to.graph(), parts, [&](ValueId part, Range channels) {
        to.emit(CopyCall{to.value(part), to.view(whole, positions, channels)});
    });
}

void Concatenate::backward(Lowering& to, ValueId y) const {
    const Range positions{0, to.graph().value(y).extent.positions};
    for_each_part(to.graph(), parts, [&](ValueId part, Range channels) {
        if (to.wants_gradient(part))
            to.contribute_gradient(to.view(to.gradient(y), positions, channels), part);
    });
}

}  // namespace ganglion
