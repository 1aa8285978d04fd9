#include <pybind11/stl.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings.h"
#include "endings.h"
#include "interrupts.h"
#include "keep_items_alive.h"
#include "numpy_views.h"
#include "ranges.h"
#include "train/trainer.h"

namespace ganglion {
namespace {

/// An array whose numbers lie one after the other.
template <class T>
using Packed = py::array_t<T, py::array::c_style | py::array::forcecast>;

Purpose purpose_from(const std::string& name) {
    if (name == "evaluate") return Purpose::evaluate;
    if (name == "gradients") return Purpose::gradients;
    if (name == "train") return Purpose::train;
    fail("Routine", "purpose is '", name, "', must be evaluate, gradients or train");
}

void check_order(const Packed<std::int64_t>& order, Index samples) {
    const std::int64_t* const end = order.data() + order.size();
    const auto [least, most] = std::minmax_element(order.data(), end);
    if (least != end && (*least < 0 || *most >= samples)) {
        fail("run", "order holds ", *least, " to ", *most, ", there are ", samples, " samples");
    }
}

using Weights = std::vector<std::optional<py::array>>;

/// An output, its loss, what that is multiplied by, and its figures.
using HeadTuple = std::tuple<ValueId, ValueId, double, Figures*>;

/// A hidden term, what it is multiplied by, and its figures.
using TermTuple = std::tuple<ValueId, double, Figures*>;

Task task_of(const std::vector<ValueId>& feeds, const std::vector<HeadTuple>& heads,
             const std::vector<TermTuple>& terms, std::optional<ValueId> term_weight) {
    Task task{.feeds = feeds, .heads = {}, .term_weight = term_weight.value_or(kNoValue)};
    for (const auto& [output, loss, factor, figures] : heads)
        task.heads.push_back({output, loss, factor, figures});
    for (const auto& [loss, factor, figures] : terms)
        task.hidden.push_back({loss, factor, figures});
    return task;
}

/// Rows of the shortest of what is fed. Throws std::invalid_argument where nothing is.
Index samples_of(const Batches& batches) {
    Index samples = std::numeric_limits<Index>::max();
    for (const auto* views : {&batches.feeds, &batches.metric_weights}) {
        for (const DataView& view : *views) {
            if (view.data != nullptr) samples = std::min(samples, view.rows);
        }
    }
    if (samples == std::numeric_limits<Index>::max()) fail("run", "feeds holds no array");
    return samples;
}

template <class T>
py::tuple run_trainer(Trainer<T>& trainer, const std::vector<std::optional<Fed>>& feeds,
                      const Weights& metric_weights,
                      const std::optional<Packed<std::int64_t>>& order, Index batch_size,
                      Index first, const Packed<double>& rates) {
    Batches batches{.feeds = {},
                    .metric_weights = {},
                    .order = order ? order->data() : nullptr,
                    .samples = 0,
                    .batch_size = batch_size};
    for (const std::optional<Fed>& fed : feeds) {
        batches.feeds.push_back(
            fed ? data_view(std::get<0>(*fed), "feeds", std::get<1>(*fed), std::get<2>(*fed))
                : DataView{});
    }
    for (const std::optional<py::array>& weights : metric_weights)
        batches.metric_weights.push_back(weights ? data_view(*weights, "metric_weights")
                                                 : DataView{});
    batches.samples = order ? order->size() : samples_of(batches);
    const Index count = ceil_div(batches.samples, std::max<Index>(batch_size, 1));
    if (first < 0 || first > count)
        fail("run", "first is ", first, ", must be from 0 to the number of batches, ", count);
    const Range range{first, first + rates.size()};
    if (order) check_order(*order, samples_of(batches));
    const Outcome outcome = interruptible(
        [&](Interrupt interrupt) { return trainer.run(batches, range, rates.data(), interrupt); });
    if (outcome.ending == Ending::interrupted) throw py::error_already_set();
    return py::make_tuple(name_of(outcome.ending), outcome.batch);
}

template <class T>
void bind_trainer(py::module_ module) {
    py::class_<Routine<T>>(module, "Routine")
        .def(py::init([](const Graph& graph, const std::vector<ValueId>& feeds,
                         const py::sequence& heads, const std::string& purpose,
                         ParameterStore<T>& store, OptimizerState<T>* optimizer, Index max_batch,
                         std::uint64_t seed, double loss_factor, Penalty* penalty, Groups groups,
                         const py::sequence& terms, std::optional<ValueId> term_weight) {
                 return std::make_unique<Routine<T>>(
                     graph,
                     task_of(feeds, heads.cast<std::vector<HeadTuple>>(),
                             terms.cast<std::vector<TermTuple>>(), term_weight),
                     purpose_from(purpose), store, optimizer, max_batch, seed,
                     Extras{loss_factor, penalty, std::move(groups)});
             }),
             py::kw_only(), py::arg("graph"), py::arg("feeds"), py::arg("heads"),
             py::arg("purpose"), py::arg("store"), py::arg("optimizer"), py::arg("max_batch"),
             py::arg("seed"), py::arg("loss_factor") = 1.0, py::arg("penalty") = nullptr,
             py::arg("groups") = py::none(), py::arg("terms") = py::tuple(),
             py::arg("term_weight") = py::none(), keep_items_alive<1, 4>(),
             keep_items_alive<1, 13>(), py::keep_alive<1, 6>(), py::keep_alive<1, 7>(),
             py::keep_alive<1, 11>())
        .def_property_readonly(
            "reached", [](const Routine<T>& routine) { return pairs_of(routine.reached()); })
        .def("first_bad_tensor", &Routine<T>::first_bad_tensor)
        .def("team_costs", &Routine<T>::team_costs, py::arg("rows"), py::arg("members"));
    py::class_<Trainer<T>>(module, "Trainer")
        .def(py::init([](const py::sequence& routines) {
                 return std::make_unique<Trainer<T>>(routines.cast<std::vector<Routine<T>*>>());
             }),
             py::arg("routines"), keep_items_alive<1, 2>())
        .def("run", &run_trainer<T>, py::kw_only(), py::arg("feeds"),
             py::arg("metric_weights") = Weights{}, py::arg("order"), py::arg("batch_size"),
             py::arg("first"), py::arg("rates"));
}

}  // namespace

void bind_trainer(py::module_& module) {
    py::class_<TeamCosts>(module, "TeamCosts")
        .def_readonly("jobs", &TeamCosts::jobs)
        .def_readonly("bytes", &TeamCosts::bytes)
        .def_readonly("operations", &TeamCosts::operations)
        .def_readonly("updates", &TeamCosts::updates);
    bind_trainer<float>(submodule_for<float>(module));
    bind_trainer<double>(submodule_for<double>(module));
}

}  // namespace ganglion
