#include "graph/output_activation.h"

#include <algorithm>
#include <vector>

namespace ganglion {
namespace {

bool is_activation(const Op& op) {
    return std::holds_alternative<ElementwiseActivation>(op) || std::holds_alternative<Softmax>(op);
}

bool is_noise(const Op& op) {
    return std::holds_alternative<Corruption>(op) || std::holds_alternative<GaussianNoise>(op);
}

bool keeps_parts(const Op& op) {
    return std::holds_alternative<Reshape>(op) || std::holds_alternative<Slice>(op);
}

bool is_view(const Op& op) { return keeps_parts(op) || std::holds_alternative<StopGradient>(op); }

bool is_mixture(const Op& op) {
    return std::holds_alternative<Add>(op) || std::holds_alternative<Multiply>(op);
}

/// What activation one op makes values come out of whose own are known.
OutputActivation seen_after(const Graph& graph, const Graph::Node& node,
                            const std::vector<OutputActivation>& known) {
    if (const auto* const one = std::get_if<ElementwiseActivation>(&node.op))
        return {info(one->activation).name};
    if (std::holds_alternative<Softmax>(node.op)) return {Softmax::name};
    const std::vector<ValueId> inputs = inputs_of(node.op);
    const auto of = [&](ValueId id) { return known[static_cast<std::size_t>(id)]; };
    const OutputActivation first = of(inputs.front());
    if (is_view(node.op)) {
        const Index channels = graph.value(inputs.front()).extent.channels;
        const bool whole = graph.value(node.output).extent.channels == channels;
        return {first.activation, first.is_last && (whole || first.activation != Softmax::name)};
    }
    if (is_noise(node.op)) return {first.activation, false};
    if (!std::holds_alternative<Concatenate>(node.op)) return {};
    const bool same = std::ranges::all_of(
        inputs, [&](ValueId id) { return of(id).activation == first.activation; });
    if (same) return {first.activation, false};
    return {};
}

/// The output activation of what one op makes of values whose own are known.
OutputActivation activation_after(const Graph& graph, const Graph::Node& node,
                                  const std::vector<OutputActivation>& known) {
    OutputActivation last = seen_after(graph, node, known);
    const std::vector<ValueId> inputs = inputs_of(node.op);
    const auto parts_of = [&](ValueId id) { return known[static_cast<std::size_t>(id)].of_parts; };
    if (keeps_parts(node.op)) {
        last.of_parts = parts_of(inputs.front());
    } else if (is_mixture(node.op)) {
        if (parts_of(inputs[0]) == parts_of(inputs[1])) last.of_parts = parts_of(inputs[0]);
    } else if (last.activation == Softmax::name ||
               last.activation == info(Activation::sigmoid).name) {
        last.of_parts = last.activation;
    }
    return last;
}

}  // namespace

OutputActivation output_activation_of(const Graph& graph, ValueId id) {
    std::vector<OutputActivation> known(graph.values().size());
    for (const Graph::Node& node : graph.nodes()) {
        if (node.output > id) break;  // values are numbered in the order in which they are made
        known[static_cast<std::size_t>(node.output)] = activation_after(graph, node, known);
    }
    graph.value(id);  // throws where there is none
    return known[static_cast<std::size_t>(id)];
}

ValueId before_output_activation(Graph& graph, ValueId id) {
    std::vector<Op> views;  // the last one first
    while (true) {
        const Op made = *graph.producer(id);
        id = inputs_of(made).front();
        if (is_activation(made)) break;
        views.push_back(made);
    }
    for (auto view = views.rbegin(); view != views.rend(); ++view) {
        std::visit(
            [id](auto& op) {
                if constexpr (requires { op.x; }) op.x = id;
            },
            *view);
        id = graph.add(*view);
    }
    return id;
}

}  // namespace ganglion
