#include "graph/graph.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "base/error.h"

namespace ganglion {

ValueId Graph::input(const std::string& name, Index channels, Index positions) {
    if (channels < 1) fail("input", name, " has ", channels, " columns, must be at least 1");
    if (positions < 1) fail("input", name, " has ", positions, " positions, must be at least 1");
    if (channels > kMostElements / positions)
        fail("input", name, " has ", positions, " positions of ", channels,
             " channels, must have at most ", kMostElements, " numbers a row");
    return add_value({ValueKind::input, name, {kBatch, positions, channels}});
}

ValueId Graph::parameter(int slot) {
    const ParameterTable::Slot& one = table_->slot(slot);
    for (std::size_t id = 0; id < values_.size(); ++id) {
        if (values_[id].slot == slot) return static_cast<ValueId>(id);
    }
    return add_value({ValueKind::parameter, one.name, one.extent, slot});
}

void Graph::limit_norm(ValueId parameter, const MaxNorm& norm) {
    const Value& limited = value(parameter);
    if (limited.kind != ValueKind::parameter) fail("max_norm", limited.name, " is no parameter");
    table_->limit_norm(limited.slot, norm);
}

ValueId Graph::add(Op op) {
    return std::visit(
        [&](auto& one) {
            constexpr bool takes_parameters =
                requires { std::decay_t<decltype(one)>::takes_parameters; };
            for (const ValueId id : one.inputs()) {
                if (id == kNoValue) continue;
                const Value& read = value(id);  // throws where there is none
                if (!takes_parameters && read.kind == ValueKind::parameter)
                    fail(one.name, read.name, " is a parameter, must have a row for each sample");
            }
            const std::string name = layer_ + (layer_.empty() ? "" : " ") + one.name;
            const ValueId output = add_value({ValueKind::intermediate, name, one.extent(*this)});
            nodes_.push_back({std::move(one), output});
            return output;
        },
        op);
}

const Value& Graph::value(ValueId id) const {
    if (id < 0 || id >= static_cast<ValueId>(values_.size()))
        fail("graph", "there is no value ", id);
    return values_[static_cast<std::size_t>(id)];
}

const Op* Graph::producer(ValueId id) const {
    for (const Node& node : nodes_) {
        if (node.output == id) return &node.op;
    }
    return nullptr;
}

ValueId Graph::add_value(Value value) {
    values_.push_back(std::move(value));
    return static_cast<ValueId>(values_.size()) - 1;
}

Indexed indexed_by(const Graph& graph, const Op& op) {
    return std::visit(
        [&](const auto& one) -> Indexed {
            if constexpr (requires { one.indexed(graph); }) return one.indexed(graph);
            return {};
        },
        op);
}

Index index_count(const Graph& graph, ValueId value) {
    Index least = 0;
    for (const Graph::Node& node : graph.nodes()) {
        const Indexed indexed = indexed_by(graph, node.op);
        if (indexed.value != value || indexed.count == 0) continue;
        least = least == 0 ? indexed.count : std::min(least, indexed.count);
    }
    return least;
}

void check_inputs(const Graph& graph, const std::vector<ValueId>& inputs, const char* op) {
    std::vector<ValueId> seen;
    for (const ValueId id : inputs) {
        if (id == kNoValue) continue;
        const Value& value = graph.value(id);
        if (value.kind != ValueKind::input) fail(op, value.name, " is no input of the graph");
        if (std::find(seen.begin(), seen.end(), id) != seen.end())
            fail(op, value.name, " is there twice among the inputs");
        seen.push_back(id);
    }
}

Extent same_extent(const Graph& graph, const char* op, ValueId a, ValueId b) {
    const Value& one = graph.value(a);
    const Value& other = graph.value(b);
    if (one.extent != other.extent)
        fail(op, one.name, " has ", columns_of(one.extent), ", ", other.name, " has ",
             columns_of(other.extent));
    return one.extent;
}

}  // namespace ganglion
