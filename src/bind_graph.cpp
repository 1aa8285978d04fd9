#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/names.h"
#include "bindings.h"
#include "graph/graph.h"
#include "graph/output_activation.h"
#include "kernels/noise.h"

namespace ganglion {

namespace py = pybind11;

namespace {

/// Name, rows, columns, group, whether it is a state, and where it begins among the numbers of all.
using SlotTuple = std::tuple<std::string, Index, Index, int, bool, Index>;

ParameterKind kind_of(bool state) { return state ? ParameterKind::state : ParameterKind::weight; }

std::vector<SlotTuple> slots_of(const ParameterTable& table) {
    std::vector<SlotTuple> slots;
    for (const ParameterTable::Slot& slot : table.slots())
        slots.emplace_back(slot.name, slot.extent.rows, slot.extent.channels, slot.group,
                           slot.kind == ParameterKind::state, slot.offset);
    return slots;
}

/// Name and alpha.
using CellFunctionTuple = std::tuple<std::string, double>;

CellFunction cell_function(const char* op, const CellFunctionTuple& given) {
    const auto& [name, alpha] = given;
    return {named(op, kActivations, name).activation, alpha};
}

/// A random layer's stream, from its number among those.
std::uint32_t of_layers(const char* op, std::uint32_t stream) {
    if (stream >= kNoiseStreams) fail(op, "stream is ", stream, ", must be below ", kNoiseStreams);
    return kNoiseStreams + stream;
}

}  // namespace

void bind_graph(py::module_& module) {
    py::class_<ParameterTable, std::shared_ptr<ParameterTable>>(module, "ParameterTable")
        .def(py::init<>())
        .def(
            "add",
            [](ParameterTable& table, const std::string& name, Index rows, Index cols, int group,
               bool state) { return table.add(name, rows, cols, group, kind_of(state)); },
            py::arg("name"), py::arg("rows"), py::arg("cols"), py::arg("group") = 0,
            py::arg("state") = false)
        .def_property_readonly("slots", &slots_of)
        .def_property_readonly("size", &ParameterTable::size);
    py::class_<Graph>(module, "Graph")
        .def(py::init<>())
        .def(py::init<std::shared_ptr<ParameterTable>>(), py::arg("table").none(false))
        .def(py::init<const Graph&>(), py::arg("other"))
        .def_property_readonly("table", &Graph::table)
        .def("slot", py::overload_cast<int>(&Graph::parameter), py::arg("number"))
        .def("set_layer", &Graph::set_layer, py::arg("name"))
        .def("input", &Graph::input, py::arg("name"), py::arg("channels"), py::arg("positions") = 1)
        .def(
            "parameter",
            [](Graph& graph, const std::string& name, Index rows, Index cols, int group,
               bool state) { return graph.parameter(name, rows, cols, group, kind_of(state)); },
            py::arg("name"), py::arg("rows"), py::arg("cols"), py::arg("group") = 0,
            py::arg("state") = false)
        .def(
            "limit_norm",
            [](Graph& graph, ValueId parameter, double max_value, int axis) {
                graph.limit_norm(parameter, {max_value, axis});
            },
            py::arg("parameter"), py::arg("max_value"), py::arg("axis"))
        .def(
            "size_of",
            [](const Graph& graph, ValueId id) {
                const Extent& extent = graph.value(id).extent;
                return std::pair(extent.positions, extent.channels);
            },
            "How many positions a value has, and channels of each.", py::arg("value"))
        .def(
            "affine",
            [](Graph& graph, ValueId x, ValueId weight, std::optional<ValueId> bias,
               bool transposed) {
                return graph.add(Affine{x, weight, bias.value_or(kNoValue), transposed});
            },
            py::arg("x"), py::arg("weight"), py::arg("bias"), py::arg("transposed") = false)
        .def(
            "activation",
            [](Graph& graph, ValueId x, const std::string& name, double alpha) {
                return graph.add(ElementwiseActivation{
                    x, named("activation", kActivations, name).activation, alpha});
            },
            py::arg("x"), py::arg("name"), py::arg("alpha"))
        .def(
            "softmax", [](Graph& graph, ValueId x) { return graph.add(Softmax{x}); }, py::arg("x"))
        .def(
            "keep_largest",
            [](Graph& graph, ValueId x, Index count) { return graph.add(KeepLargest{x, count}); },
            py::arg("x"), py::arg("count"))
        .def(
            "simple_rnn",
            [](Graph& graph, ValueId z, ValueId recurrent, const std::string& activation,
               double alpha, bool backwards) {
                return graph.add(SimpleRNN{z, recurrent,
                                           named("simple_rnn", kActivations, activation).activation,
                                           alpha, backwards});
            },
            py::arg("z"), py::arg("recurrent"), py::arg("activation"), py::arg("alpha"),
            py::arg("backwards"))
        .def(
            "lstm",
            [](Graph& graph, ValueId z, ValueId recurrent, const CellFunctionTuple& phi,
               const CellFunctionTuple& of_gates, bool backwards) {
                return graph.add(LSTM{z, recurrent, cell_function("lstm", phi),
                                      cell_function("lstm", of_gates), backwards});
            },
            py::arg("z"), py::arg("recurrent"), py::arg("phi"), py::arg("of_gates"),
            py::arg("backwards"))
        .def(
            "gru",
            [](Graph& graph, ValueId z, ValueId recurrent, std::optional<ValueId> bias,
               const CellFunctionTuple& phi, const CellFunctionTuple& of_gates, bool backwards) {
                return graph.add(GRU{z, recurrent, bias.value_or(kNoValue),
                                     cell_function("gru", phi), cell_function("gru", of_gates),
                                     backwards});
            },
            py::arg("z"), py::arg("recurrent"), py::arg("bias"), py::arg("phi"),
            py::arg("of_gates"), py::arg("backwards"))
        .def(
            "dropout",
            [](Graph& graph, ValueId x, double rate, std::uint32_t stream) {
                return graph.add(Corruption::dropout(x, rate, of_layers("dropout", stream)));
            },
            py::arg("x"), py::arg("rate"), py::arg("stream"))
        .def(
            "batch_normalization",
            [](Graph& graph, ValueId x, std::optional<ValueId> weight, std::optional<ValueId> bias,
               ValueId mean, ValueId variance, double momentum, double epsilon) {
                return graph.add(BatchNormalization{x, weight.value_or(kNoValue),
                                                    bias.value_or(kNoValue), mean, variance,
                                                    momentum, epsilon});
            },
            py::arg("x"), py::arg("weight"), py::arg("bias"), py::arg("mean"), py::arg("variance"),
            py::arg("momentum"), py::arg("epsilon"))
        .def(
            "layer_normalization",
            [](Graph& graph, ValueId x, std::optional<ValueId> weight, std::optional<ValueId> bias,
               double epsilon) {
                return graph.add(LayerNormalization{x, weight.value_or(kNoValue),
                                                    bias.value_or(kNoValue), epsilon});
            },
            py::arg("x"), py::arg("weight"), py::arg("bias"), py::arg("epsilon"))
        .def(
            "embedding",
            [](Graph& graph, ValueId x, ValueId table) { return graph.add(Embedding{x, table}); },
            py::arg("x"), py::arg("table"))
        .def(
            "masking_noise",
            [](Graph& graph, ValueId x, double rate, std::uint32_t stream) {
                return graph.add(Corruption::masking(x, rate, of_layers("masking_noise", stream)));
            },
            py::arg("x"), py::arg("rate"), py::arg("stream"))
        .def(
            "salt_and_pepper_noise",
            [](Graph& graph, ValueId x, double rate, double low, double high,
               std::uint32_t stream) {
                stream = of_layers("salt_and_pepper_noise", stream);
                return graph.add(Corruption::salt_and_pepper(x, rate, low, high, stream));
            },
            py::arg("x"), py::arg("rate"), py::arg("low"), py::arg("high"), py::arg("stream"))
        .def(
            "gaussian_noise",
            [](Graph& graph, ValueId x, double deviation, std::uint32_t stream) {
                return graph.add(GaussianNoise{x, deviation, of_layers("gaussian_noise", stream)});
            },
            py::arg("x"), py::arg("deviation"), py::arg("stream"))
        .def(
            "sampling",
            [](Graph& graph, ValueId mean, ValueId log_variance, std::uint32_t stream) {
                return graph.add(Sampling{mean, log_variance, of_layers("sampling", stream)});
            },
            py::arg("mean"), py::arg("log_variance"), py::arg("stream"))
        .def(
            "add", [](Graph& graph, ValueId a, ValueId b) { return graph.add(Add{a, b}); },
            py::arg("a"), py::arg("b"))
        .def(
            "multiply",
            [](Graph& graph, ValueId a, ValueId b) { return graph.add(Multiply{a, b}); },
            py::arg("a"), py::arg("b"))
        .def(
            "concatenate",
            [](Graph& graph, std::vector<ValueId> parts) {
                return graph.add(Concatenate{std::move(parts)});
            },
            py::arg("parts"))
        .def(
            "slice",
            [](Graph& graph, ValueId x, std::pair<Index, Index> positions,
               std::pair<Index, Index> channels) {
                return graph.add(Slice{
                    x, {positions.first, positions.second}, {channels.first, channels.second}});
            },
            py::arg("x"), py::arg("positions"), py::arg("channels"))
        .def(
            "reshape",
            [](Graph& graph, ValueId x, Index positions, Index channels) {
                return graph.add(Reshape{x, positions, channels});
            },
            py::arg("x"), py::arg("positions"), py::arg("channels"))
        .def(
            "stop_gradient", [](Graph& graph, ValueId x) { return graph.add(StopGradient{x}); },
            py::arg("x"))
        .def(
            "give_gradient",
            [](Graph& graph, ValueId x, ValueId gradient) {
                return graph.add(GiveGradient{x, gradient});
            },
            py::arg("x"), py::arg("gradient"))
        .def(
            "loss",
            [](Graph& graph, const std::string& name, ValueId output, ValueId target,
               std::optional<ValueId> weight, std::vector<double> parameters) {
                return graph.add(loss_of(graph, named("loss", kLosses, name).loss, output, target,
                                         weight.value_or(kNoValue), std::move(parameters)));
            },
            py::arg("name"), py::arg("output"), py::arg("target"), py::arg("weight"),
            py::arg("parameters") = std::vector<double>{})
        .def(
            "l1_l2",
            [](Graph& graph, ValueId x, double l1, double l2) {
                return graph.add(L1L2{x, l1, l2});
            },
            py::arg("x"), py::arg("l1"), py::arg("l2"))
        .def(
            "normal_kl",
            [](Graph& graph, ValueId mean, ValueId log_variance) {
                return graph.add(NormalKL{mean, log_variance});
            },
            py::arg("mean"), py::arg("log_variance"))
        .def("sparsity_kl", &sparsity_of, py::arg("x"), py::arg("target"))
        .def(
            "cols",
            [](const Graph& graph, ValueId id) { return graph.value(id).extent.row_size(); },
            py::arg("value"))
        .def(
            "index_count", [](const Graph& graph, ValueId id) { return index_count(graph, id); },
            "Of an input whose numbers say where in memory to look, how many there are; else 0.",
            py::arg("value"))
        .def(
            "output_activation",
            [](const Graph& graph, ValueId id) {
                const OutputActivation last = output_activation_of(graph, id);
                return std::tuple(std::string(last.activation), last.is_last,
                                  std::string(last.of_parts));
            },
            "The activation that a value comes out of, whether it could as well come last, and the "
            "one of probabilities that the parts of sums and products come out of.",
            py::arg("value"))
        .def(
            "capsule", [](Graph& graph) { return py::capsule(&graph, "ganglion.Graph"); },
            "The C++ graph, for the predictor's module. It must not outlive the Python one.");
}

}  // namespace ganglion
