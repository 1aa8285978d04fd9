#include "base/error.h"
#include "graph/ops/op.h"

namespace ganglion {
namespace {

/// Columns of the target beside so many of the output; one column where that is allowed.
Index target_cols(const Op& op, Index output_cols, bool one) {
    const bool several_levels = op.loss == Loss::quantile && op.loss_parameters.size() > 1;
    if (one && (op.loss == Loss::cross_entropy || several_levels)) return 1;
    if (op.loss == Loss::gaussian) {
        if (output_cols % 2 != 0) {
            fail("gaussian", "the output has ", output_cols,
                 " columns, must have a mean and a logarithm of a variance for each target");
        }
        return output_cols / 2;
    }
    return output_cols;
}

void check_parameters(const Op& op, Index output_cols) {
    const std::vector<double>& given = op.loss_parameters;
    const auto count = static_cast<Index>(given.size());
    if (op.loss == Loss::huber && !(count == 1 && given[0] > 0)) {
        fail("huber", "delta must be one positive number");
    }
    if (op.loss != Loss::quantile) return;
    if (count != 1 && count != output_cols) {
        fail("quantile", "there are ", count, " levels, the output has ", output_cols, " columns");
    }
    for (const double level : given) {
        if (!(level > 0 && level < 1)) {
            fail("quantile", "a level is ", level, ", must be between 0 and 1");
        }
    }
}

Index cols(const Graph& graph, const Op& op) {
    const Value& output = graph.value(op.inputs[0]);
    const Value& target = graph.value(op.inputs[1]);
    if (op.loss == Loss::cross_entropy && output.cols < 2) {
        fail("cross_entropy",
             "the output has 1 column, must have one for each class: for two classes in"
             " one column use binary_cross_entropy");
    }
    const Index wanted = target_cols(op, output.cols, target.cols == 1);
    if (target.cols != wanted) {
        fail("loss", target.name, " has ", target.cols, " columns, must have ", wanted,
             " for an output of ", output.cols);
    }
    check_parameters(op, output.cols);
    return 1;
}

/// In training the gradient of the output is made on the way.
void forward(Lowering& to, const Op& op) {
    const ValueId output = op.inputs[0];
    const bool derive = to.mode() == Mode::train && to.wants_gradient(output);
    to.emit(LossCall{.loss = op.loss,
                     .parameters = to.keep(op.loss_parameters),
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
