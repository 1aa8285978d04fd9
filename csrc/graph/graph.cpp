#include "graph/graph.h"

#include <limits>
#include <utility>

#include "base/error.h"
#include "graph/ops/op.h"

namespace ganglion {

namespace {

/// Random streams from here on belong to dropout, those below to initial weights and shuffles.
constexpr std::uint32_t kDropoutStreams = 0x80000000;

/// So many elements of any type have a size in bytes that can be told.
constexpr Index kMostElements = std::numeric_limits<Index>::max() / 16;

}  // namespace

ValueId Graph::input(const std::string& name, Index cols) {
    if (cols < 1) fail("input", name, " has ", cols, " columns, must be at least 1");
    return add_value({ValueKind::input, name, kBatch, cols});
}

ValueId Graph::parameter(const std::string& name, Index rows, Index cols) {
    if (rows < 1 || cols < 1)
        fail("parameter", name, " is ", rows, "x", cols, ", must be at least 1x1");
    if (rows > (kMostElements - parameter_size_) / cols)
        fail("parameter", name, " is ", rows, "x", cols, ", all together must have at most ",
             kMostElements, " elements");
    parameter_size_ += rows * cols;
    return add_value({ValueKind::parameter, name, rows, cols});
}

ValueId Graph::affine(ValueId x, ValueId weight, ValueId bias) {
    return append({.kind = OpKind::affine, .inputs = {x, weight, bias}, .output = kNoValue});
}

ValueId Graph::activation(ValueId x, Activation activation, double alpha) {
    return append({.kind = OpKind::activation,
                   .inputs = {x},
                   .output = kNoValue,
                   .activation = activation,
                   .parameter = alpha});
}

ValueId Graph::softmax(ValueId x) {
    return append({.kind = OpKind::softmax, .inputs = {x}, .output = kNoValue});
}

ValueId Graph::dropout(ValueId x, double rate) {
    const auto stream = kDropoutStreams + static_cast<std::uint32_t>(ops_.size());
    return append({.kind = OpKind::dropout,
                   .inputs = {x},
                   .output = kNoValue,
                   .parameter = rate,
                   .stream = stream});
}

ValueId Graph::add(ValueId a, ValueId b) {
    return append({.kind = OpKind::add, .inputs = {a, b}, .output = kNoValue});
}

ValueId Graph::loss(Loss loss, ValueId output, ValueId target, ValueId weight,
                    std::vector<double> parameters) {
    return append({.kind = OpKind::loss,
                   .inputs = {logits(*this, loss, output), target, weight},
                   .output = kNoValue,
                   .loss = loss,
                   .loss_parameters = std::move(parameters)});
}

const Value& Graph::value(ValueId id) const {
    if (id < 0 || id >= static_cast<ValueId>(values_.size()))
        fail("graph", "there is no value ", id);
    return values_[static_cast<std::size_t>(id)];
}

bool Graph::is_probability(ValueId id) const {
    const Op* op = producer(id);
    if (op == nullptr) return false;
    return op->kind == OpKind::softmax ||
           (op->kind == OpKind::activation && op->activation == Activation::sigmoid);
}

const Op* Graph::producer(ValueId id) const {
    for (const Op& op : ops_) {
        if (op.output == id) return &op;
    }
    return nullptr;
}

Index Graph::numbered_classes(ValueId loss) const {
    const Op* const op = producer(loss);
    if (op == nullptr || op->kind != OpKind::loss || op->loss != Loss::cross_entropy) return 0;
    return value(op->inputs[1]).cols == 1 ? value(op->inputs[0]).cols : 0;
}

ValueId Graph::add_value(Value value) {
    values_.push_back(std::move(value));
    return static_cast<ValueId>(values_.size()) - 1;
}

ValueId Graph::append(Op op) {
    const OpRule& rule = rule_of(op.kind);
    const std::string name = layer_ + (layer_.empty() ? "" : " ") + rule.name;
    op.output = add_value({ValueKind::intermediate, name, kBatch, rule.cols(*this, op)});
    ops_.push_back(std::move(op));
    return ops_.back().output;
}

}  // namespace ganglion
