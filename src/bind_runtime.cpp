#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/buffer.h"
#include "base/cpu.h"
#include "base/names.h"
#include "base/play.h"
#include "base/random.h"
#include "base/thread_limit.h"
#include "base/threading_layer.h"
#include "base/threads.h"
#include "bindings.h"
#include "kernels/activation.h"
#include "kernels/loss.h"
#include "kernels/optimizer.h"
#include "train/metrics.h"

namespace ganglion {
namespace {

namespace py = pybind11;

std::string compiler() {
#if defined(__clang__)
    return "Clang " __clang_version__;
#else
    return "GCC " __VERSION__;
#endif
}

std::vector<std::string> names_of(const std::vector<Isa>& isas) {
    std::vector<std::string> names;
    for (const Isa isa : isas) names.emplace_back(name(isa));
    return names;
}

template <class List>
std::vector<std::string> names_of(const List& list) {
    std::vector<std::string> names;
    for (const auto& item : list) names.emplace_back(item.name);
    return names;
}

/// The numbers as an array, which keeps them: they are not copied.
template <class T>
py::array_t<T> to_array(std::vector<T> values) {
    auto kept = std::make_unique<std::vector<T>>(std::move(values));
    const std::vector<T>& numbers = *kept;
    const py::capsule owner(kept.release(),
                            [](void* vector) { delete static_cast<std::vector<T>*>(vector); });
    return py::array_t<T>(static_cast<Index>(numbers.size()), numbers.data(), owner);
}

/// A limit of the calling thread's own until it ends, for `with`, as Access::Hold is
/// (bind_access.cpp).
class OwnThreadLimit {
  public:
    explicit OwnThreadLimit(int threads) : before_(set_own_thread_limit(threads)) {}
    OwnThreadLimit(const OwnThreadLimit&) = delete;
    OwnThreadLimit& operator=(const OwnThreadLimit&) = delete;
    ~OwnThreadLimit() { end(); }

    void end() {
        if (before_) set_own_thread_limit(*before_);
        before_.reset();
    }

  private:
    std::optional<int> before_;  // nothing: it has ended
};

/// Teams of the calling thread are played until it ends, for `with`.
class PlayedBlock {
  public:
    PlayedBlock(const std::string& order, std::uint64_t seed)
        : teams_(std::in_place, Play(named("order", kPlayOrders, order).order, seed)) {}

    std::uint32_t works() const { return teams_ ? teams_->works() : 0; }
    void end() { teams_.reset(); }

  private:
    std::optional<PlayedTeams> teams_;  // nothing: it has ended
};

Index checked_count(Index count) {
    if (count < 0)
        throw py::value_error("count is " + std::to_string(count) + ", must not be negative");
    return count;
}

}  // namespace

void bind_runtime(py::module_& module) {
    module.attr("MOST_THREADS") = kMostThreads;
    module.def("compiler", &compiler);
    module.def("selected_isa", [] { return std::string(name(selected_isa())); });
    module.def("built_isas", [] { return names_of(built_isas()); });
    module.def("available_isas", [] { return names_of(available_isas()); });
    module.def("thread_limit", [] {
        const ThreadLimit limit = thread_limit();
        return py::make_tuple(limit.threads, std::string(limit.source));
    });
    module.def("ignored_thread_limit", &ignored_thread_limit);
    module.def("set_thread_limit", &set_thread_limit, py::arg("threads"));
    module.def("set_own_thread_limit", &set_own_thread_limit, py::arg("threads"));
    module.def("set_full_teams", &set_full_teams, py::arg("full"));
    py::class_<OwnThreadLimit>(module, "OwnThreadLimit")
        .def(py::init<int>(), py::arg("threads"))
        .def("__enter__", [](const OwnThreadLimit&) {})
        .def("__exit__", [](OwnThreadLimit& limit, const py::args&) { limit.end(); });
    py::class_<PlayedBlock>(module, "PlayedTeams")
        .def(py::init<const std::string&, std::uint64_t>(), py::arg("order"), py::arg("seed"))
        .def("__enter__", [](py::object self) { return self; })
        .def("__exit__", [](PlayedBlock& block, const py::args&) { block.end(); })
        .def_property_readonly("works", &PlayedBlock::works);
    module.def("play_orders", [] { return names_of(kPlayOrders); });
    module.def("threading_layer", [] {
        return py::make_tuple(std::string(threading_layer().name), threading_layer_source());
    });
    module.def("threading_layers", &threading_layers);
    module.def("set_threading_layer", &set_threading_layer, py::arg("name"));
    module.def("openmp_library", &openmp_library);
    module.def("allocation_count", &allocation_count);

    module.def("activation_names", [] { return names_of(kActivations); });
    module.def("loss_names", [] { return names_of(kLosses); });
    module.def("optimizer_names", [] { return names_of(kOptimizers); });
    module.def("metric_names", [] { return names_of(kMetrics); });

    const auto draw = [&module](const char* name, auto function) {
        module.def(
            name,
            [function](std::uint64_t seed, std::uint32_t stream, Index count) {
                return to_array(function({seed, stream}, checked_count(count)));
            },
            py::arg("seed"), py::arg("stream"), py::arg("count"));
    };
    draw("random_uniform", &random_uniform);
    draw("random_normal", &random_normal);
    draw("permutation", &permutation);
}

}  // namespace ganglion
