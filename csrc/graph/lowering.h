#pragma once

#include <string>
#include <utility>
#include <vector>

#include "graph/graph.h"
#include "graph/program.h"

namespace ganglion {

enum class Mode { train, infer };

/// What a program computes: `outputs`, and in training the gradient of every parameter.
/// Training starts from `loss`, or, without one, from a gradient of `outputs[0]` given by the
/// caller; then a graph that cannot be differentiated still runs forward.
struct Goal {
    Mode mode;
    std::vector<ValueId> outputs;
    ValueId loss = kNoValue;
    bool input_gradients = false;  // also the gradients of the graph's inputs
    bool updates = false;  // the gradients of large weights may make their step and be forgotten
};

/// Turns a graph into a program: gives values and gradients their buffers, and collects the calls
/// that the ops' rules emit.
class Lowering {
  public:
    Lowering(const Graph& graph, const Goal& goal);

    Mode mode() const { return goal_.mode; }

    void emit(Call call) { program_.calls.push_back(std::move(call)); }

    /// Keep numbers for a call; returns where they are among the program's.
    Range keep(const std::vector<double>& numbers) {
        const auto begin = static_cast<Index>(program_.numbers.size());
        program_.numbers.insert(program_.numbers.end(), numbers.begin(), numbers.end());
        return {begin, begin + static_cast<Index>(numbers.size())};
    }

    /// A new buffer in the arena, one row a sample.
    BufferId scratch(const std::string& name, Index cols);
    /// The value's buffer; kNoBuffer for kNoValue.
    BufferId value(ValueId id);
    /// Let a value share another's buffer.
    void alias(ValueId id, ValueId same);

    bool wants_gradient(ValueId id) const;
    /// The buffer of the value's whole gradient, for the op that made the value.
    BufferId gradient(ValueId id);
    /// Where a part of a value's gradient goes: added to what is there if `accumulate`, else
    /// written.
    struct Contribution {
        BufferId into;
        bool accumulate;
    };
    Contribution contribute(ValueId id);
    /// Emit a call that writes a part of the gradient of `id` into the buffer it is given, for
    /// kernels that cannot accumulate: what is there already is added afterwards.
    template <class MakeCall>
    void contribute_call(ValueId id, const MakeCall& make_call) {
        const Contribution to = contribute(id);
        if (!to.accumulate) return emit(make_call(to.into));
        const BufferId part = scratch("part of d " + graph_.value(id).name, graph_.value(id).cols);
        emit(make_call(part));
        emit(AddCall{to.into, part, to.into});
    }
    /// The gradient of `same` is one part of that of `id`. They share a buffer if it is the only
    /// part.
    void contribute_gradient_of(ValueId same, ValueId id);

    /// Lower the ops that the goal needs, forward and, in training, backward.
    Program run();

  private:
    std::vector<bool> needed_ops() const;
    void run_backward(const std::vector<bool>& needed);
    void mark_gradients(const std::vector<bool>& needed);
    BufferId add_buffer(Buffer buffer);

    const Graph& graph_;
    const Goal& goal_;
    Program program_;
    std::vector<bool> wants_;  // by ValueId: a gradient
    std::vector<int> uses_;    // by ValueId: by needed ops
    std::vector<Index> parameter_offsets_;
};

}  // namespace ganglion
