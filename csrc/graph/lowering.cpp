#include "graph/lowering.h"

#include <algorithm>
#include <stdexcept>
#include <type_traits>

namespace ganglion {
namespace {

std::size_t at(ValueId id) { return static_cast<std::size_t>(id); }

/// Does an op make the gradient of a term on its way forward?
bool begins_backward(const Op& op, const Lowering& to) {
    return std::visit(
        [&](const auto& one) {
            if constexpr (requires { one.begins_backward(to); }) return one.begins_backward(to);
            return false;
        },
        op);
}

bool stops_gradient(const Op& op) {
    return std::visit(
        [](const auto& one) { return requires { std::decay_t<decltype(one)>::stops_gradient; }; },
        op);
}

}  // namespace

Lowering::Lowering(const Graph& graph, const Goal& goal)
    : graph_(graph),
      goal_(goal),
      wants_(graph.values().size(), false),
      uses_(graph.values().size(), 0) {
    program_.values.assign(graph.values().size(), kNoBuffer);
    program_.gradients.assign(graph.values().size(), kNoBuffer);
}

std::optional<Lowering::NumberedTerm> Lowering::term(ValueId loss) const {
    for (std::size_t i = 0; i < goal_.losses.size(); ++i) {
        if (goal_.losses[i].loss == loss)
            return NumberedTerm{static_cast<int>(i), goal_.losses[i].factor};
    }
    return std::nullopt;
}

bool Lowering::trains_group_of(ValueId parameter) const {
    return graph_.table()->slot(graph_.value(parameter).slot).belongs_to(goal_.groups);
}

Range Lowering::keep(const std::vector<double>& numbers) {
    const auto begin = static_cast<Index>(program_.numbers.size());
    program_.numbers.insert(program_.numbers.end(), numbers.begin(), numbers.end());
    return {begin, begin + static_cast<Index>(numbers.size())};
}

BufferId Lowering::scratch(const std::string& name, const Extent& extent) {
    return program_.memory.add_whole(name, {Space::arena, extent});
}

BufferId Lowering::value(ValueId id) {
    if (id == kNoValue) return kNoBuffer;
    BufferId& buffer = program_.values[at(id)];
    if (buffer != kNoBuffer) return buffer;
    buffer = add_buffer("", graph_.value(id), Space::parameters);
    return buffer;
}

/// For a value, or its gradient: a parameter's is not of the arena, and has its place there.
BufferId Lowering::add_buffer(const std::string& prefix, const Value& value, Space of_parameters) {
    Storage storage{Space::arena, value.extent};
    if (value.kind == ValueKind::parameter)
        storage = {of_parameters, value.extent, graph_.table()->slot(value.slot).offset};
    return program_.memory.add_whole(prefix + value.name, storage);
}

BufferId Lowering::copied_unless(bool (Buffer::*fits)() const, BufferId id) {
    const Buffer from = program_.memory.buffer(id);
    if ((from.*fits)()) return id;
    const auto known = copies_.find(id);
    if (known != copies_.end()) return known->second;
    const BufferId copy = scratch("copy of " + from.name, from.extent);
    emit(CopyCall{id, copy});
    copies_[id] = copy;
    return copy;
}

BufferId Lowering::view(BufferId of, Range positions, Range channels) {
    Buffer part = program_.memory.buffer(of);
    part.offset += positions.begin * part.position_stride + channels.begin;
    part.extent.positions = positions.size();
    part.extent.channels = channels.size();
    return program_.memory.add_buffer(std::move(part));
}

BufferId Lowering::reversed(BufferId of) {
    Buffer back = program_.memory.buffer(of);
    back.offset += (back.extent.positions - 1) * back.position_stride;
    back.position_stride = -back.position_stride;
    return program_.memory.add_buffer(std::move(back));
}

BufferId Lowering::reshaped(BufferId of, const Extent& extent) {
    Buffer same = program_.memory.buffer(of);
    same.extent = extent;
    same.position_stride = extent.channels;
    return program_.memory.add_buffer(std::move(same));
}

bool Lowering::wants_gradient(ValueId id) const { return id != kNoValue && wants_[at(id)]; }

BufferId Lowering::gradient(ValueId id) { return program_.gradients[at(id)]; }

Lowering::Contribution Lowering::contribute(ValueId id) {
    BufferId& buffer = program_.gradients[at(id)];
    if (buffer != kNoBuffer) return {buffer, true};
    buffer = add_buffer("gradient of ", graph_.value(id), Space::gradients);
    return {buffer, false};
}

void Lowering::contribute_gradient(BufferId part, ValueId id) {
    const bool intermediate = graph_.value(id).kind == ValueKind::intermediate;
    if (uses_[at(id)] == 1 && gradient(id) == kNoBuffer && intermediate) {
        program_.gradients[at(id)] = part;
        return;
    }
    const Contribution to = contribute(id);
    if (to.accumulate) {
        emit(AddCall{to.into, part, to.into});
    } else {
        emit(CopyCall{part, to.into});
    }
}

/// The nodes whose outputs the goal depends on.
std::vector<bool> Lowering::needed_nodes() const {
    std::vector<bool> values(graph_.values().size(), false);
    for (const ValueId id : goal_.outputs) values[at(id)] = true;
    for (const Term& term : goal_.losses) values[at(term.loss)] = true;
    std::vector<bool> needed(graph_.nodes().size(), false);
    for (std::size_t i = graph_.nodes().size(); i-- > 0;) {
        const Graph::Node& node = graph_.nodes()[i];
        if (!values[at(node.output)]) continue;
        needed[i] = true;
        for (const ValueId id : inputs_of(node.op)) {
            if (id != kNoValue) values[at(id)] = true;
        }
    }
    return needed;
}

/// A value wants a gradient if it is a parameter that is trained, or an input when asked for, or
/// depends on one.
void Lowering::mark_gradients(const std::vector<bool>& needed) {
    const auto is_trained = [&](const Value& value) {
        if (value.kind == ValueKind::input) return goal_.input_gradients;
        return value.kind == ValueKind::parameter &&
               graph_.table()->slot(value.slot).is_trained(goal_.groups);
    };
    for (std::size_t id = 0; id < graph_.values().size(); ++id)
        wants_[id] = is_trained(graph_.values()[id]);
    for (std::size_t i = 0; i < needed.size(); ++i) {
        if (!needed[i]) continue;
        const Graph::Node& node = graph_.nodes()[i];
        for (const ValueId id : inputs_of(node.op)) {
            if (id == kNoValue) continue;
            uses_[at(id)] += 1;
            if (wants_[at(id)] && !stops_gradient(node.op)) wants_[at(node.output)] = true;
        }
    }
}

/// Say what each row of a term counts, unless its op knows that.
void Lowering::begin_gradient(int number) {
    const Term& term = goal_.losses[static_cast<std::size_t>(number)];
    const Op* const op = graph_.producer(term.loss);
    if (!wants_gradient(term.loss) || op == nullptr || begins_backward(*op, *this)) return;
    const bool of_batch = graph_.value(term.loss).extent.rows == kBatch;
    emit(BeginGradientCall{contribute(term.loss).into, number, term.factor,
                           of_batch ? term_weight() : kNoBuffer});
}

void Lowering::run_backward(const std::vector<bool>& needed) {
    for (int i = 0; i < static_cast<int>(goal_.losses.size()); ++i) begin_gradient(i);
    const std::vector<Graph::Node>& nodes = graph_.nodes();
    if (goal_.losses.empty()) {
        for (const ValueId id : goal_.outputs) contribute(id);
    }
    for (std::size_t i = nodes.size(); i-- > 0;) {
        const ValueId y = nodes[i].output;
        if (!needed[i] || gradient(y) == kNoBuffer) continue;
        std::visit([&](const auto& op) { op.backward(*this, y); }, nodes[i].op);
    }
}

/// States move last, in the order of the ops: one that is there twice moves its own twice.
void Lowering::remember(const std::vector<bool>& needed) {
    const std::vector<Graph::Node>& nodes = graph_.nodes();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (!needed[i]) continue;
        std::visit(
            [&](const auto& op) {
                if constexpr (requires { op.remember(*this, nodes[i].output); })
                    op.remember(*this, nodes[i].output);
            },
            nodes[i].op);
    }
}

/// What else has a gradient is the program's own business.
void Lowering::keep_what_the_caller_reads() {
    const std::vector<ValueId>& outputs = goal_.outputs;
    for (std::size_t id = 0; id < graph_.values().size(); ++id) {
        const Value& value = graph_.values()[id];
        BufferId& buffer = program_.gradients[id];
        if (value.kind == ValueKind::parameter && buffer != kNoBuffer)
            program_.reached.push_back(program_.memory.numbers(buffer));
        const bool given = goal_.losses.empty() &&
                           std::count(outputs.begin(), outputs.end(), static_cast<ValueId>(id)) > 0;
        if (value.kind != ValueKind::input && !given) buffer = kNoBuffer;
    }
    std::sort(program_.reached.begin(), program_.reached.end(),
              [](Range a, Range b) { return a.begin < b.begin; });
}

Program Lowering::run() {
    const std::vector<bool> needed = needed_nodes();
    mark_gradients(needed);
    const std::vector<Graph::Node>& nodes = graph_.nodes();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (!needed[i]) continue;
        std::visit([&](const auto& op) { op.forward(*this, nodes[i].output); }, nodes[i].op);
    }
    for (const ValueId id : goal_.outputs)  // also one no op touches
        be(id, copied_unless(&Buffer::is_matrix, dense(value(id))));
    program_.backward_begin = program_.calls.size();
    if (goal_.mode == Mode::train) {
        try {
            run_backward(needed);
            remember(needed);
        } catch (const std::invalid_argument& error) {
            if (!goal_.losses.empty()) throw;
            program_.no_backward = error.what();
            program_.calls.resize(program_.backward_begin);
            program_.row_gradients.clear();
        }
    }
    keep_what_the_caller_reads();
    return std::move(program_);
}

}  // namespace ganglion
