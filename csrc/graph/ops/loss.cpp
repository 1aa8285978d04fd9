#include "graph/ops/loss.h"

#include <utility>

#include "base/error.h"
#include "graph/lowering.h"
#include "graph/output_activation.h"

namespace ganglion {
namespace {

/// Columns of the target beside so many of the output; one column where that is allowed.
Index target_columns(const RowLoss& op, Index outputs, bool one) {
    const bool several_levels = op.loss == Loss::quantile && op.parameters.size() > 1;
    if (op.loss == Loss::multi_margin) return 1;
    if (one && (op.loss == Loss::cross_entropy || several_levels)) return 1;
    if (op.loss == Loss::gaussian) {
        if (outputs % 2 != 0) {
            fail("gaussian", "the output has ", outputs,
                 " columns, must have a mean and a logarithm of a variance for each target");
        }
        return outputs / 2;
    }
    return outputs;
}

bool is_cross_entropy(Loss loss) {
    return loss == Loss::cross_entropy || loss == Loss::binary_cross_entropy;
}

/// Label smoothing, the exponent of a focal weight, and its factors.
void check_shape_of(const RowLoss& op, Index outputs) {
    const std::vector<double>& given = op.parameters;
    const char* const name = kLosses[static_cast<std::size_t>(op.loss)].name.data();
    if (!(given[0] >= 0 && given[0] < 1))
        fail(name, "label_smoothing is ", given[0], ", must be in [0, 1)");
    if (!(given[1] >= 0)) fail(name, "focal_gamma is ", given[1], ", must not be negative");
    const auto factors = static_cast<Index>(given.size()) - 2;
    const bool fits = factors <= 1 || (op.loss == Loss::cross_entropy && factors == outputs);
    if (!fits) fail(name, "alpha has ", factors, " numbers, the output ", outputs, " columns");
}

void check_parameters(const RowLoss& op, Index outputs) {
    const std::vector<double>& given = op.parameters;
    const auto count = static_cast<Index>(given.size());
    if (op.loss == Loss::huber && !(count == 1 && given[0] > 0)) {
        fail("huber", "delta must be one positive number");
    }
    if (op.loss == Loss::multi_margin && !(count == 1 && given[0] > 0)) {
        fail("multi_margin", "margin must be one positive number");
    }
    if (op.loss == Loss::tweedie && !(count == 1 && given[0] > 1 && given[0] < 2)) {
        fail("tweedie", "power must be one number between 1 and 2");
    }
    if (is_cross_entropy(op.loss) && count > 1) check_shape_of(op, outputs);
    if (op.loss != Loss::quantile) return;
    if (count != 1 && count != outputs) {
        fail("quantile", "there are ", count, " levels, the output has ", outputs, " columns");
    }
    for (const double level : given) {
        if (!(level > 0 && level < 1)) {
            fail("quantile", "a level is ", level, ", must be between 0 and 1");
        }
    }
}

void check_positions(const Value& value, Index positions) {
    if (value.extent.positions != positions)
        fail(RowLoss::name, value.name, " has ", value.extent.positions,
             " positions, must have those of the output, ", positions);
}

void check_weight(const Value& weight, Index positions) {
    check_positions(weight, positions);
    if (weight.extent.channels != 1)
        fail(RowLoss::name, weight.name, " has ", columns_of(weight.extent),
             ", must have 1 channel");
}

LossCall call_of(const RowLoss& op, Lowering& to) {
    return {.loss = op.loss,
            .term = kNoTerm,
            .factor = 1,
            .parameters = to.keep(op.parameters),
            .output = to.matrix(op.output),
            .target = to.matrix(op.target),
            .weight = kNoBuffer,
            .row_loss = kNoBuffer,
            .gradient = kNoBuffer};
}

void check_constant(ValueId given, const Lowering& to) {
    if (to.wants_gradient(given))
        fail(RowLoss::name, to.graph().value(given).name,
             " depends on what is trained, and has no gradient: stop it before the loss");
}

void emit_with_gradient(const RowLoss& op, Lowering& to, LossCall call) {
    to.contribute_call(op.output, [&](BufferId gradient) {
        call.gradient = gradient;
        return call;
    });
}

}  // namespace

Extent RowLoss::extent(const Graph& graph) const {
    const Value& from = graph.value(output);
    const Value& to = graph.value(target);
    check_positions(to, from.extent.positions);
    if (weight != kNoValue) check_weight(graph.value(weight), from.extent.positions);
    const Index outputs = from.extent.channels;
    if (loss == Loss::cross_entropy && outputs < 2) {
        fail("cross_entropy",
             "the output has 1 column, must have one for each class: for two classes in"
             " one column use binary_cross_entropy");
    }
    if (loss == Loss::multi_margin && outputs < 2) {
        fail("multi_margin",
             "the output has 1 column, must have one for each class: for two classes in one column"
             " use hinge");
    }
    const Index targets = to.extent.channels;
    const Index wanted = target_columns(*this, outputs, targets == 1);
    if (targets != wanted) {
        fail(name, to.name, " has ", targets, " columns, must have ", wanted, " for an output of ",
             outputs);
    }
    if (indexed(graph).count > kMostIndices)
        fail(name, "the output has a column for each of ", outputs, " classes, must have at most ",
             kMostIndices, ", whose numbers float32 tells apart: give targets as many columns");
    check_parameters(*this, outputs);
    return {from.extent.rows, from.extent.positions, 1};
}

/// Targets of one column number classes.
Indexed RowLoss::indexed(const Graph& graph) const {
    if (loss != Loss::cross_entropy && loss != Loss::multi_margin) return {};
    if (graph.value(target).extent.channels != 1) return {};
    return {target, graph.value(output).extent.channels};
}

/// In training the gradient of the output is made on the way. Only a term is weighted.
void RowLoss::forward(Lowering& to, ValueId y) const {
    const std::optional<Lowering::NumberedTerm> term = to.term(y);
    LossCall call = call_of(*this, to);
    call.row_loss = to.value(y);
    if (!term || !begins_backward(to)) return to.emit(call);
    call.term = term->number;
    call.factor = term->factor;
    if (weight != kNoValue) call.weight = to.in_one_piece(to.value(weight));
    if (to.mode() == Mode::infer) return to.emit(call);
    check_constant(target, to);
    check_constant(weight, to);
    if (!to.wants_gradient(output)) return to.emit(call);
    emit_with_gradient(*this, to, call);
}

bool RowLoss::begins_backward(const Lowering& to) const {
    return weight != kNoValue || !to.weighs_terms();
}

/// Of a loss whose own gradient is given: it is what each position counts.
void RowLoss::backward(Lowering& to, ValueId y) const {
    check_constant(target, to);
    if (!to.wants_gradient(output)) return;
    LossCall call = call_of(*this, to);
    call.weight = to.in_one_piece(to.gradient(y));
    call.row_loss = to.scratch("again " + to.graph().value(y).name, to.graph().value(y).extent);
    call.weighted = true;
    emit_with_gradient(*this, to, call);
}

RowLoss loss_of(Graph& graph, Loss loss, ValueId output, ValueId target, ValueId weight,
                std::vector<double> parameters) {
    const OutputActivation last = output_activation_of(graph, output);
    const bool own =
        (loss == Loss::cross_entropy && last.activation == Softmax::name) ||
        (loss == Loss::binary_cross_entropy && last.activation == info(Activation::sigmoid).name);
    if (own && last.is_last) output = before_output_activation(graph, output);
    return {loss, output, target, weight, std::move(parameters)};
}

const RowLoss& loss_that_makes(const Graph& graph, ValueId id) {
    const Op* const made = graph.producer(id);
    const auto* const loss = made == nullptr ? nullptr : std::get_if<RowLoss>(made);
    if (loss == nullptr) fail(RowLoss::name, "value ", id, " is no loss's value");
    return *loss;
}

}  // namespace ganglion
