#pragma once

#include "graph/graph.h"
#include "graph/lowering.h"

namespace ganglion {

/// What an op is: how wide its output is, and the kernel calls of its forward and backward pass.
/// Each rule lies in the file of its name beside this one.
struct OpRule {
    const char* name;
    /// Check the inputs and return the output's columns. Throws std::invalid_argument.
    Index (*cols)(const Graph& graph, const Op& op);
    void (*forward)(Lowering& to, const Op& op);
    /// From the gradient of the output, the gradients of the inputs that want one.
    void (*backward)(Lowering& to, const Op& op);
};

extern const OpRule affine_rule;
extern const OpRule activation_rule;
extern const OpRule softmax_rule;
extern const OpRule dropout_rule;
extern const OpRule add_rule;
extern const OpRule loss_rule;

const OpRule& rule_of(OpKind kind);

/// The value a loss reads: for a cross-entropy over its own softmax or sigmoid, the logits before
/// it.
ValueId logits(const Graph& graph, Loss loss, ValueId output);

}  // namespace ganglion
