#include "base/error.h"
#include "graph/ops/op.h"

namespace ganglion {
namespace {

Index cols(const Graph& graph, const Op& op) {
    const Value& a = graph.value(op.inputs[0]);
    const Value& b = graph.value(op.inputs[1]);
    if (a.cols != b.cols) {
        fail("add", a.name, " has ", a.cols, " columns, ", b.name, " has ", b.cols);
    }
    return a.cols;
}

void forward(Lowering& to, const Op& op) {
    to.emit(AddCall{to.value(op.inputs[0]), to.value(op.inputs[1]), to.value(op.output)});
}

void backward(Lowering& to, const Op& op) {
    to.contribute_gradient_of(op.output, op.inputs[0]);
    to.contribute_gradient_of(op.output, op.inputs[1]);
}

}  // namespace

const OpRule add_rule{"add", cols, forward, backward};

}  // namespace ganglion
