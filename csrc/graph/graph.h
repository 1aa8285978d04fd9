#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/matrix.h"
#include "kernels/activation.h"
#include "kernels/loss.h"

namespace ganglion {

using ValueId = int;

inline constexpr ValueId kNoValue = -1;

/// The number of rows of a value that has one for each sample of a batch.
inline constexpr Index kBatch = -1;

enum class ValueKind { input, parameter, intermediate };

struct Value {
    ValueKind kind;
    std::string name;
    Index rows;  // kBatch, or fixed for parameters
    Index cols;
};

enum class OpKind { affine, activation, softmax, dropout, add, loss };

/// One op and what it needs beside its inputs; an op reads only the attributes of its kind.
struct Op {
    OpKind kind;
    std::vector<ValueId> inputs;  // an input left out is kNoValue
    ValueId output;
    Activation activation{};
    Loss loss{};
    std::vector<double> loss_parameters{};  // as LossArgs has them
    double parameter = 0;                   // slope or alpha; rate of dropout
    std::uint32_t stream = 0;               // dropout: which random numbers
};

/// What to compute: values and the ops between them, in an order in which they can run.
/// Every function that adds an op throws std::invalid_argument when its inputs do not fit.
class Graph {
  public:
    /// Name the layer that the ops added next belong to: their values are named after it.
    void set_layer(const std::string& name) { layer_ = name; }

    ValueId input(const std::string& name, Index cols);
    ValueId parameter(const std::string& name, Index rows, Index cols);

    /// x·W + bias: x (batch, in), W (in, out), bias (1, out) or kNoValue.
    ValueId affine(ValueId x, ValueId weight, ValueId bias);
    ValueId activation(ValueId x, Activation activation, double alpha);
    ValueId softmax(ValueId x);
    /// Zeroes a share `rate` of x while training. Each dropout of a graph draws numbers of its own.
    ValueId dropout(ValueId x, double rate);
    ValueId add(ValueId a, ValueId b);
    /// Each row's loss (batch, 1), of columns and with parameters as LossArgs says; `weight`
    /// (batch, 1) is read when a run is weighted. The cross-entropies read logits: where `output`
    /// is the softmax, or sigmoid, that belongs to them, they read what went into it.
    ValueId loss(Loss loss, ValueId output, ValueId target, ValueId weight,
                 std::vector<double> parameters = {});

    const Value& value(ValueId id) const;
    const std::vector<Value>& values() const { return values_; }
    const std::vector<Op>& ops() const { return ops_; }
    /// Elements of all parameters together.
    Index parameter_size() const { return parameter_size_; }
    /// Is the value made by a softmax or sigmoid?
    bool is_probability(ValueId id) const;
    /// The op that makes a value, or null for inputs and parameters.
    const Op* producer(ValueId id) const;
    /// How many classes a loss's targets number; 0 where they are values or probabilities.
    Index numbered_classes(ValueId loss) const;

  private:
    ValueId add_value(Value value);
    ValueId append(Op op);

    std::string layer_;
    std::vector<Value> values_;
    std::vector<Op> ops_;
    Index parameter_size_ = 0;
};

}  // namespace ganglion
