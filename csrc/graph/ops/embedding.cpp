#include "graph/ops/embedding.h"

#include "base/error.h"
#include "graph/lowering.h"

namespace ganglion {

Extent Embedding::extent(const Graph& graph) const {
    const Value& from = graph.value(x);
    const Value& rows = graph.value(table);
    if (from.kind != ValueKind::input)
        fail(name, from.name, " is no input: rows of a table are told by numbers that are fed");
    if (rows.kind != ValueKind::parameter) fail(name, rows.name, " is no parameter");
    if (rows.extent.rows > kMostIndices)
        fail(name, rows.name, " has ", rows.extent.rows, " rows, must have at most ", kMostIndices,
             ", whose numbers float32 tells apart");
    if (from.extent.row_size() > kMostElements / rows.extent.channels)
        fail(name, from.name, " has ", from.extent.row_size(), " numbers a row, ", rows.name, " ",
             rows.extent.channels, " for each, must be at most ", kMostElements, " together");
    return {kBatch, from.extent.row_size(), rows.extent.channels};
}

Indexed Embedding::indexed(const Graph& graph) const { return {x, graph.value(table).extent.rows}; }

void Embedding::forward(Lowering& to, ValueId y) const {
    to.emit(GatherRowsCall{to.value(x), to.value(table), to.value(y)});
    if (!to.is_of_rows(table)) return;
    const Value& made = to.graph().value(y);
    const Extent numbers{made.extent.rows, made.extent.positions, 1};
    const BufferId rows = to.scratch("rows of " + made.name, numbers);
    const BufferId places = to.scratch("places of rows of " + made.name, numbers);
    const BufferId count = to.scratch("count of rows of " + made.name, {1, 1, 1});
    const Index table_rows = to.graph().value(table).extent.rows;
    const BufferId found = to.scratch("rows found of " + made.name, {table_rows, 1, 1});
    to.emit(ListRowsCall{to.value(x), rows, places, count, found});
    to.save(y, {rows, places, count});
}

/// Numbers of rows have no gradient.
void Embedding::backward(Lowering& to, ValueId y) const {
    if (!to.wants_gradient(table)) return;
    const BufferId dy = to.gradient_matrix(y);
    if (to.is_of_rows(table)) {
        const BufferId rows = to.saved(y)[0];
        const BufferId places = to.saved(y)[1];
        const BufferId count = to.saved(y)[2];
        const Value& made = to.graph().value(y);
        const BufferId sums = to.scratch("gradient of rows of " + made.name, made.extent);
        to.emit(AddToRowsCall{places, dy, sums, false, count});
        return to.give({to.value(table), rows, count, sums});
    }
    const Lowering::Contribution dtable = to.contribute(table);
    to.emit(AddToRowsCall{to.value(x), dy, dtable.into, dtable.accumulate});
}

}  // namespace ganglion
