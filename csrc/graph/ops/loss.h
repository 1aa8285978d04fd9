#pragma once

#include <vector>

#include "graph/value.h"
#include "kernels/loss.h"

namespace ganglion {

class Graph;
class Lowering;

/// The loss of each position of each row, of its channels and with parameters as LossArgs says.
/// `weight`, a number for each of them, is what they count where the loss is minimised, in a run
/// that is weighted; elsewhere nothing reads it. kNoValue: all count the same.
struct RowLoss {
    static constexpr const char* name = "loss";
    static constexpr bool is_loss = true;
    Loss loss;
    ValueId output;
    ValueId target;
    ValueId weight;
    std::vector<double> parameters;

    std::vector<ValueId> inputs() const { return {output, target, weight}; }
    Extent extent(const Graph& graph) const;
    Indexed indexed(const Graph& graph) const;
    void forward(Lowering& to, ValueId y) const;
    void backward(Lowering& to, ValueId y) const;
    /// As a term it does, unless its rows count what the goal says.
    bool begins_backward(const Lowering& to) const;
};

/// The loss of an output. The cross-entropies read logits: where the output is the softmax, or
/// sigmoid, that belongs to them, or a view of it, they read what went into it, in the same view.
RowLoss loss_of(Graph& graph, Loss loss, ValueId output, ValueId target, ValueId weight,
                std::vector<double> parameters = {});

/// The loss that makes a value. Throws std::invalid_argument where none does.
const RowLoss& loss_that_makes(const Graph& graph, ValueId id);

}  // namespace ganglion
