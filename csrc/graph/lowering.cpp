#include "graph/lowering.h"

#include <stdexcept>
#include <utility>

#include "graph/ops/op.h"

namespace ganglion {
namespace {

std::size_t at(ValueId id) { return static_cast<std::size_t>(id); }

}  // namespace

Lowering::Lowering(const Graph& graph, const Goal& goal)
    : graph_(graph),
      goal_(goal),
      wants_(graph.values().size(), false),
      uses_(graph.values().size(), 0),
      parameter_offsets_(graph.values().size(), 0) {
    program_.values.assign(graph.values().size(), kNoBuffer);
    program_.gradients.assign(graph.values().size(), kNoBuffer);
    Index offset = 0;
    for (std::size_t id = 0; id < graph.values().size(); ++id) {
        const Value& value = graph.values()[id];
        if (value.kind != ValueKind::parameter) continue;
        parameter_offsets_[id] = offset;
        offset += value.rows * value.cols;
    }
}

BufferId Lowering::add_buffer(Buffer buffer) {
    program_.buffers.push_back(std::move(buffer));
    return static_cast<BufferId>(program_.buffers.size()) - 1;
}

BufferId Lowering::scratch(const std::string& name, Index cols) {
    return add_buffer({Space::arena, name, kBatch, cols});
}

BufferId Lowering::value(ValueId id) {
    if (id == kNoValue) return kNoBuffer;
    BufferId& buffer = program_.values[at(id)];
    if (buffer != kNoBuffer) return buffer;
    const Value& value = graph_.value(id);
    const bool parameter = value.kind == ValueKind::parameter;
    buffer = add_buffer({parameter ? Space::parameters : Space::arena, value.name, value.rows,
                         value.cols, parameter_offsets_[at(id)]});
    return buffer;
}

void Lowering::alias(ValueId id, ValueId same) { program_.values[at(id)] = value(same); }

bool Lowering::wants_gradient(ValueId id) const { return id != kNoValue && wants_[at(id)]; }

BufferId Lowering::gradient(ValueId id) { return program_.gradients[at(id)]; }

Lowering::Contribution Lowering::contribute(ValueId id) {
    BufferId& buffer = program_.gradients[at(id)];
    if (buffer != kNoBuffer) return {buffer, true};
    const Value& value = graph_.value(id);
    const bool parameter = value.kind == ValueKind::parameter;
    buffer = add_buffer({parameter ? Space::gradients : Space::arena, "gradient of " + value.name,
                         value.rows, value.cols, parameter_offsets_[at(id)]});
    return {buffer, false};
}

void Lowering::contribute_gradient_of(ValueId same, ValueId id) {
    if (!wants_gradient(id)) return;
    if (uses_[at(id)] == 1) {
        program_.gradients[at(id)] = gradient(same);
        return;
    }
    const Contribution to = contribute(id);
    if (to.accumulate) {
        emit(AddCall{to.into, gradient(same), to.into});
    } else {
        emit(CopyCall{gradient(same), to.into});
    }
}

/// The ops whose outputs the goal depends on.
std::vector<bool> Lowering::needed_ops() const {
    std::vector<bool> values(graph_.values().size(), false);
    for (const ValueId id : goal_.outputs) values[at(id)] = true;
    if (goal_.loss != kNoValue) values[at(goal_.loss)] = true;
    std::vector<bool> needed(graph_.ops().size(), false);
    for (std::size_t i = graph_.ops().size(); i-- > 0;) {
        const Op& op = graph_.ops()[i];
        if (!values[at(op.output)]) continue;
        needed[i] = true;
        for (const ValueId id : op.inputs) {
            if (id != kNoValue) values[at(id)] = true;
        }
    }
    return needed;
}

/// A value wants a gradient if it is a parameter, or an input when asked for, or depends on one.
void Lowering::mark_gradients(const std::vector<bool>& needed) {
    for (std::size_t id = 0; id < graph_.values().size(); ++id) {
        const ValueKind kind = graph_.values()[id].kind;
        wants_[id] =
            kind == ValueKind::parameter || (kind == ValueKind::input && goal_.input_gradients);
    }
    for (std::size_t i = 0; i < needed.size(); ++i) {
        if (!needed[i]) continue;
        const Op& op = graph_.ops()[i];
        for (const ValueId id : op.inputs) {
            if (id == kNoValue) continue;
            uses_[at(id)] += 1;
            if (wants_[at(id)]) wants_[at(op.output)] = true;
        }
    }
}

void Lowering::run_backward(const std::vector<bool>& needed) {
    const std::vector<Op>& ops = graph_.ops();
    if (goal_.loss == kNoValue) contribute(goal_.outputs[0]);
    for (std::size_t i = ops.size(); i-- > 0;) {
        const bool reached = gradient(ops[i].output) != kNoBuffer || ops[i].output == goal_.loss;
        if (needed[i] && reached) rule_of(ops[i].kind).backward(*this, ops[i]);
    }
}

Program Lowering::run() {
    const std::vector<bool> needed = needed_ops();
    mark_gradients(needed);
    const std::vector<Op>& ops = graph_.ops();
    for (std::size_t i = 0; i < ops.size(); ++i) {
        if (needed[i]) rule_of(ops[i].kind).forward(*this, ops[i]);
    }
    for (const ValueId id : goal_.outputs) value(id);  // also one that no op touches
    program_.backward_begin = program_.calls.size();
    if (goal_.mode == Mode::train) {
        try {
            run_backward(needed);
        } catch (const std::invalid_argument& error) {
            if (goal_.loss != kNoValue) throw;
            program_.no_backward = error.what();
            program_.calls.resize(program_.backward_begin);
        }
    }
    for (std::size_t id = 0; id < graph_.values().size(); ++id) {
        const bool given = goal_.loss == kNoValue && static_cast<ValueId>(id) == goal_.outputs[0];
        if (graph_.values()[id].kind == ValueKind::input || given) continue;
        program_.gradients[id] = kNoBuffer;  // the program's own business
    }
    return std::move(program_);
}

}  // namespace ganglion
