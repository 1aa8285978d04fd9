#include <pybind11/stl.h>

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "base/names.h"
#include "bindings.h"
#include "numpy_views.h"
#include "ranges.h"
#include "train/optimizer.h"

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
        {"gradient_accumulation_steps", &OptimizerSettings::gradient_accumulation_steps},
        {"use_ema", &OptimizerSettings::use_ema},
        {"ema_momentum", &OptimizerSettings::ema_momentum},
        {"ema_overwrite_frequency", &OptimizerSettings::ema_overwrite_frequency},
    };
    OptimizerSettings settings{.optimizer = named("optimizer", kOptimizers, name).optimizer};
    for (const auto& [field, value] : numbers) {
        const auto known = fields.find(field);
        if (known == fields.end()) fail("optimizer", "unknown setting '", field, "'");
        settings.*known->second = value;
    }
    return settings;
}

/// Where a group's parameters are, the factor of their rate, and their weight decay.
using GroupAsTuple = std::tuple<Pairs, double, double>;

std::vector<OptimizerGroup> groups_from(const std::vector<GroupAsTuple>& given) {
    std::vector<OptimizerGroup> groups;
    for (const auto& [ranges, factor, decay] : given)
        groups.push_back({ranges_of(ranges), factor, decay});
    return groups;
}

template <class T>
void bind_optimizer(py::module_ module) {
    using State = OptimizerState<T>;
    py::class_<State>(module, "OptimizerState")
        .def(py::init([](const std::string& optimizer, const Numbers& settings, Index size,
                         const std::vector<GroupAsTuple>& groups) {
                 return std::make_unique<State>(settings_from(optimizer, settings), size,
                                                groups_from(groups));
             }),
             py::arg("name"), py::arg("settings"), py::arg("size"),
             py::arg("groups") = std::vector<GroupAsTuple>{})
        .def_property("steps", &State::steps, &State::set_steps)
        .def_property("summed", &State::summed, &State::set_summed)
        .def_property_readonly("takes_rows", &State::takes_rows)
        .def_property_readonly("batches", &State::batches)
        .def("reset", &State::reset)
        .def_property_readonly("blocks", [](py::object self) {
            auto& state = self.cast<State&>();
            std::vector<py::array> blocks;
            for (AlignedBuffer<T>& block : state.blocks()) {
                blocks.push_back(array_over(block.data(), block.size(), self));
            }
            return blocks;
        });
}

}  // namespace

void bind_optimizer(py::module_& module) {
    bind_optimizer<float>(submodule_for<float>(module));
    bind_optimizer<double>(submodule_for<double>(module));
}

}  // namespace ganglion
