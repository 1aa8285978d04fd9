#include "base/threading_layer.h"

#include <array>
#include <atomic>
#include <cstdlib>
#include <mutex>

#include "base/error.h"
#include "base/fork.h"

namespace ganglion {
namespace {

constexpr const char* kVariable = "GANGLION_THREADING_LAYER";

/// The one list of layers, by preference. The last is always there, in children made by fork too.
constexpr std::array kLayers{
#if defined(_OPENMP)
    ThreadingLayer{"openmp", &start_openmp},
#endif
    ThreadingLayer{"pool", &start_pool},
};

struct Choice {
    const ThreadingLayer* layer;
    std::string source;
};

const ThreadingLayer* layer_named(const char* argument, const std::string& wanted) {
    std::string names;
    for (const ThreadingLayer& layer : kLayers) {
        if (wanted == layer.name) return &layer;
        names += (names.empty() ? "" : ", ") + std::string(layer.name);
    }
    fail(argument, "'", wanted, "' is not a threading layer of this build: ", names);
}

Choice from_environment() {
    const char* const wanted = std::getenv(kVariable);
    if (wanted != nullptr && *wanted != '\0') return {layer_named(kVariable, wanted), kVariable};
    if (kLayers.size() == 1) return {&kLayers.back(), "built without OpenMP"};
    return {&kLayers.front(), "default"};
}

/// What the process uses, but for its children.
struct Setting {
    std::mutex mutex;
    Choice choice;                             // guarded by the mutex
    std::atomic<const ThreadingLayer*> layer;  // the choice's, for those who only use it

    Setting() { set(from_environment()); }

    void set(const Choice& made) {
        choice = made;
        layer = made.layer;
    }
};

Setting& setting() {
    static Setting made;
    return made;
}

}  // namespace

std::vector<std::string> threading_layers() {
    std::vector<std::string> names;
    for (const ThreadingLayer& layer : kLayers) names.emplace_back(layer.name);
    return names;
}

const ThreadingLayer& threading_layer() {
    const ThreadingLayer* const layer = setting().layer.load(std::memory_order_relaxed);
    return forks() == 0 ? *layer : kLayers.back();
}

std::string threading_layer_source() {
    const std::lock_guard lock(setting().mutex);
    const Choice& choice = setting().choice;
    return &threading_layer() == choice.layer ? choice.source : "a child made by fork";
}

void set_threading_layer(const std::string& name) {
    const std::lock_guard lock(setting().mutex);
    setting().set(name.empty() ? from_environment()
                               : Choice{layer_named("layer", name), "set_threading_layer"});
}

}  // namespace ganglion
