#include <pybind11/stl.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/names.h"
#include "bindings.h"
#include "gil.h"
#include "interrupts.h"
#include "numpy_views.h"
#include "train/predictor.h"
#include "train/tape.h"
#include "train/trainer.h"

namespace ganglion {
namespace {

using Numbers = std::map<std::string, double>;

OptimizerSettings settings_from(const std::string& name, const Numbers& numbers) {
    static const std::map<std::string, double OptimizerSettings::*> fields{
        {"weight_decay", &OptimizerSettings::weight_decay},
        {"momentum", &OptimizerSettings::momentum},
        {"nesterov", &OptimizerSettings::nesterov},
        {"centered", &OptimizerSettings::centered},
        {"rho", &OptimizerSettings::rho},
        {"beta_1", &OptimizerSettings::beta_1},
        {"beta_2", &OptimizerSettings::beta_2},
        {"epsilon", &OptimizerSettings::epsilon},
        {"epsilon_hat", &OptimizerSettings::epsilon_hat},
        {"initial_accumulator_value", &OptimizerSettings::initial_accumulator_value},
        {"global_clipnorm", &OptimizerSettings::global_clipnorm},
        {"clipvalue", &OptimizerSettings::clipvalue},
    };
    OptimizerSettings settings{.optimizer = named("optimizer", kOptimizers, name).optimizer};
    for (const auto& [field, value] : numbers) {
        const auto known = fields.find(field);
        if (known == fields.end()) fail("optimizer", "unknown setting '", field, "'");
        settings.*known->second = value;
    }
    return settings;
}

/// An array whose numbers lie one after the other.
template <class T>
using Packed = py::array_t<T, py::array::c_style | py::array::forcecast>;

Purpose purpose_from(const std::string& name) {
    if (name == "evaluate") return Purpose::evaluate;
    if (name == "gradients") return Purpose::gradients;
    if (name == "train") return Purpose::train;
    fail("Trainer", "purpose is '", name, "', must be evaluate, gradients or train");
}

const char* name(Ending ending) {
    switch (ending) {
        case Ending::complete:
            return "complete";
        case Ending::interrupted:
            return "interrupted";
        case Ending::data_not_finite:
            return "data_not_finite";
        case Ending::no_class_number:
            return "no_class_number";
        case Ending::loss_not_finite:
            return "loss_not_finite";
    }
    return "";
}

void check_order(const Packed<std::int64_t>& order, Index samples) {
    const std::int64_t* const end = order.data() + order.size();
    const auto [least, most] = std::minmax_element(order.data(), end);
    if (least != end && (*least < 0 || *most >= samples)) {
        fail("run", "order holds ", *least, " to ", *most, ", there are ", samples, " samples");
    }
}

template <class T>
py::tuple run_trainer(Trainer<T>& trainer, const py::array& x, const py::array& y,
                      const std::optional<py::array>& weight,
                      const std::optional<py::array>& metric_weight,
                      const std::optional<Packed<std::int64_t>>& order, Index batch_size,
                      Index first, const Packed<double>& rates, double x_scale,
                      const Columns& x_columns) {
    const auto weights = [](const std::optional<py::array>& given, const char* what) {
        return given ? data_view(*given, what) : DataView{};
    };
    const Batches batches{.x = data_view(x, "x", x_scale, x_columns),
                          .y = data_view(y, "y"),
                          .weight = weights(weight, "weight"),
                          .metric_weight = weights(metric_weight, "metric_weight"),
                          .order = order ? order->data() : nullptr,
                          .samples = order ? order->size() : x.shape(0),
                          .batch_size = batch_size};
    const Range range{first, first + rates.size()};
    if (order) {
        Index samples = std::min(batches.x.rows, batches.y.rows);
        for (const DataView& view : {batches.weight, batches.metric_weight})
            if (view.data != nullptr) samples = std::min(samples, view.rows);
        check_order(*order, samples);
    }
    const Outcome outcome = interruptible(
        [&](Interrupt interrupt) { return trainer.run(batches, range, rates.data(), interrupt); });
    if (outcome.ending == Ending::interrupted) throw py::error_already_set();
    return py::make_tuple(name(outcome.ending), outcome.batch);
}

template <class T>
void bind_store(py::module_& module, const std::string& suffix) {
    py::class_<ParameterStore<T>>(module, ("ParameterStore" + suffix).c_str())
        .def(py::init<const Graph&>(), py::arg("graph"))
        .def_property_readonly("values",
                               [](py::object self) {
                                   auto& store = self.cast<ParameterStore<T>&>();
                                   return array_over(store.values(), store.size(), self);
                               })
        .def_property_readonly("gradients",
                               [](py::object self) {
                                   auto& store = self.cast<ParameterStore<T>&>();
                                   return array_over(store.gradients(), store.size(), self);
                               })
        .def_property_readonly("access", [](ParameterStore<T>& store) { return &store.access(); });
}

template <class T>
void bind_optimizer(py::module_& module, const std::string& suffix) {
    using State = OptimizerState<T>;
    py::class_<State>(module, ("OptimizerState" + suffix).c_str())
        .def(py::init([](const std::string& optimizer, const Numbers& settings, Index size) {
                 return std::make_unique<State>(settings_from(optimizer, settings), size);
             }),
             py::arg("name"), py::arg("settings"), py::arg("size"))
        .def_property("steps", &State::steps, &State::set_steps)
        .def("reset", &State::reset)
        .def_property_readonly(
            "blocks",
            [](py::object self) {
                auto& state = self.cast<State&>();
                std::vector<py::array> blocks;
                for (AlignedBuffer<T>& block : state.blocks()) {
                    blocks.push_back(array_over(block.data(), block.size(), self));
                }
                return blocks;
            })
        .def(
            "apply",
            [](State& state, ParameterStore<T>& store, double rate) {
                const GilRelease release;
                state.apply(store, rate);
            },
            py::arg("store"), py::arg("rate"));
}

template <class T>
void bind_trainer(py::module_& module, const std::string& suffix) {
    py::class_<Trainer<T>>(module, ("Trainer" + suffix).c_str())
        .def(
            py::init([](const Graph& graph, ValueId input, ValueId target, ValueId weight,
                        ValueId output, ValueId loss, const std::string& purpose,
                        ParameterStore<T>& store, OptimizerState<T>* optimizer, Figures& figures,
                        Index max_batch, std::uint64_t seed, double loss_factor, Penalty* penalty) {
                return std::make_unique<Trainer<T>>(
                    graph, Task{input, target, weight, output, loss}, purpose_from(purpose), store,
                    optimizer, figures, max_batch, seed, Extras{loss_factor, penalty});
            }),
            py::kw_only(), py::arg("graph"), py::arg("input"), py::arg("target"), py::arg("weight"),
            py::arg("output"), py::arg("loss"), py::arg("purpose"), py::arg("store"),
            py::arg("optimizer"), py::arg("figures"), py::arg("max_batch"), py::arg("seed"),
            py::arg("loss_factor") = 1.0, py::arg("penalty") = nullptr, py::keep_alive<1, 9>(),
            py::keep_alive<1, 10>(), py::keep_alive<1, 11>(), py::keep_alive<1, 15>())
        .def("run", &run_trainer<T>, py::kw_only(), py::arg("x"), py::arg("y"), py::arg("weight"),
             py::arg("metric_weight") = py::none(), py::arg("order"), py::arg("batch_size"),
             py::arg("first"), py::arg("rates"), py::arg("x_scale"),
             py::arg("x_columns") = py::none())
        .def("first_bad_tensor", &Trainer<T>::first_bad_tensor)
        .def("team_costs", &Trainer<T>::team_costs, py::arg("rows"), py::arg("members"));
}

template <class T>
void bind_tape(py::module_& module, const std::string& suffix) {
    py::class_<Tape<T>>(module, ("Tape" + suffix).c_str())
        .def(py::init<const Graph&, ValueId, ValueId, bool, ParameterStore<T>&, Index,
                      std::uint64_t>(),
             py::kw_only(), py::arg("graph"), py::arg("input"), py::arg("output"),
             py::arg("input_gradient"), py::arg("store"), py::arg("max_batch"), py::arg("seed"),
             py::keep_alive<1, 6>())
        .def(
            "forward",
            [](Tape<T>& tape, const py::array& x, py::array y, std::uint64_t step) {
                const Matrix<const T> from = matrix_of<T>(x, "x");
                const Matrix<T> to = output_matrix<T>(y, "y");
                const bool finished = interruptible(
                    [&](Interrupt interrupt) { return tape.forward(from, to, step, interrupt); });
                if (!finished) throw py::error_already_set();
            },
            py::arg("x"), py::arg("y"), py::arg("step"))
        .def(
            "backward",
            [](Tape<T>& tape, const py::array& dy, std::optional<py::array> dx) {
                const Matrix<const T> from = matrix_of<T>(dy, "dy");
                const Matrix<T> to = dx ? output_matrix<T>(*dx, "dx") : Matrix<T>{};
                const bool finished = interruptible(
                    [&](Interrupt interrupt) { return tape.backward(from, to, interrupt); });
                if (!finished) throw py::error_already_set();
            },
            py::arg("dy"), py::arg("dx"))
        .def_property_readonly("rows", &Tape<T>::rows)
        .def_property_readonly("max_batch", &Tape<T>::max_batch);
}

template <class T>
void bind_predictor(py::module_& module, const std::string& suffix) {
    py::class_<Predictor<T>>(module, ("Predictor" + suffix).c_str())
        .def(py::init([](const Graph& graph, ValueId input, ValueId output,
                         ParameterStore<T>& store, Index max_batch) {
                 return std::make_unique<Predictor<T>>(graph, input, output, store, max_batch);
             }),
             py::kw_only(), py::arg("graph"), py::arg("input"), py::arg("output"), py::arg("store"),
             py::arg("max_batch"), py::keep_alive<1, 5>())
        .def(
            "predict",
            [](const Predictor<T>& predictor, const py::array& x, py::array out, double x_scale,
               const Columns& x_columns) {
                const DataView from = data_view(x, "x", x_scale, x_columns);
                const Matrix<T> to = output_matrix<T>(out, "out");
                const Ending ending = interruptible(
                    [&](Interrupt interrupt) { return predictor.predict(from, to, interrupt); });
                if (ending == Ending::interrupted) throw py::error_already_set();
                return ending == Ending::complete;
            },
            py::arg("x"), py::arg("out"), py::arg("x_scale"), py::arg("x_columns") = py::none())
        .def("team_costs", &Predictor<T>::team_costs, py::arg("rows"), py::arg("members"));
}

template <class T>
void bind_precision(py::module_& module, const std::string& suffix) {
    bind_store<T>(module, suffix);
    bind_optimizer<T>(module, suffix);
    bind_trainer<T>(module, suffix);
    bind_tape<T>(module, suffix);
    bind_predictor<T>(module, suffix);
    module.def(("first_not_finite_" + suffix).c_str(),
               [](const py::array& x, double x_scale,
                  const Columns& x_columns) -> std::optional<std::pair<Index, Index>> {
                   const Place place = first_not_finite<T>(data_view(x, "x", x_scale, x_columns));
                   if (place.row < 0) return std::nullopt;
                   return std::pair{place.row, place.col};
               },
               py::arg("x"), py::arg("x_scale"), py::arg("x_columns") = py::none());
}

}  // namespace

void bind_training(py::module_& module) {
    py::class_<TeamCosts>(module, "TeamCosts")
        .def_readonly("jobs", &TeamCosts::jobs)
        .def_readonly("bytes", &TeamCosts::bytes)
        .def_readonly("operations", &TeamCosts::operations)
        .def_readonly("updates", &TeamCosts::updates);
    bind_precision<float>(module, "Float32");
    bind_precision<double>(module, "Float64");
}

}  // namespace ganglion
