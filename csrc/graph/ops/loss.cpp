#include "base/error.h"
#include "graph/ops/op.h"

namespace ganglion {
namespace {

Index cols(const Graph& graph, const Op& op) {
    const Value& output = graph.value(op.inputs[0]);
    const Value& target = graph.value(op.inputs[1]);
    const bool classes = op.loss == Loss::cross_entropy && target.cols == 1;
    if (op.loss == Loss::cross_entropy && output.cols < 2) {
        fail("cross_entropy",
             "the output has 1 column, must have one for each class: for two classes in"
             " one column use binary_cross_entropy");
    }
    if (!classes && target.cols != output.cols) {
        fail("loss", target.name, " has ", target.cols, " columns, the output has ", output.cols);
    }
    if (op.loss == Loss::huber && !(op.parameter > 0)) {
        fail("huber", "delta is ", op.parameter, ", must be positive");
    }
    return 1;
}

/// In training the gradient of the output is made on the way.
void forward(Lowering& to, const Op& op) {
    const ValueId output = op.inputs[0];
    const bool derive = to.mode() == Mode::train && to.wants_gradient(output);
    to.emit(LossCall{.loss = op.loss,
                     .parameter = op.parameter,
                     .output = to.value(output),
                     .target = to.value(op.inputs[1]),
                     .weight = to.value(op.inputs[2]),
                     .row_loss = to.value(op.output),
                     .gradient = derive ? to.contribute(output).into : kNoBuffer});
}

void backward(Lowering&, const Op&) {}

}  // namespace

const OpRule loss_rule{"loss", cols, forward, backward};

ValueId logits(const Graph& graph, Loss loss, ValueId output) {
    const Op* op = graph.producer(output);
    if (op == nullptr) return output;
    const bool own_softmax = loss == Loss::cross_entropy && op->kind == OpKind::softmax;
    const bool own_sigmoid = loss == Loss::binary_cross_entropy && op->kind == OpKind::activation &&
                             op->activation == Activation::sigmoid;
    return own_softmax || own_sigmoid ? op->inputs[0] : output;
}

}  // namespace ganglion
