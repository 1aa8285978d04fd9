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

struct Choice {
    ThreadingLayer layer;
    std::string source;
};

#if defined(_OPENMP)
constexpr std::array kBuilt{ThreadingLayer::openmp, ThreadingLayer::pool};
#else
constexpr std::array kBuilt{ThreadingLayer::pool};
#endif

ThreadingLayer layer_named(const char* argument, const std::string& wanted) {
    std::string names;
    for (const ThreadingLayer layer : kBuilt) {
        if (wanted == name(layer)) return layer;
        names += (names.empty() ? "" : ", ") + std::string(name(layer));
    }
    fail(argument, "'", wanted, "' is not a threading layer of this build: ", names);
}

Choice from_environment(const std::string& against_openmp) {
    const char* const wanted = std::getenv(kVariable);
    if (wanted != nullptr && *wanted != '\0') return {layer_named(kVariable, wanted), kVariable};
    if (kBuilt.front() != ThreadingLayer::openmp)
        return {ThreadingLayer::pool, "built without OpenMP"};
    if (!against_openmp.empty()) return {ThreadingLayer::pool, against_openmp};
    return {ThreadingLayer::openmp, "default"};
}

/// What the process uses, but for its children.
struct Setting {
    std::mutex mutex;
    std::string against_openmp;
    Choice choice;                      // guarded by the mutex
    std::atomic<ThreadingLayer> layer;  // the choice's, for those who only use it

    Setting() { set(from_environment("")); }

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

const char* name(ThreadingLayer layer) {
    return layer == ThreadingLayer::openmp ? "openmp" : "pool";
}

std::vector<std::string> built_threading_layers() {
    std::vector<std::string> names;
    for (const ThreadingLayer layer : kBuilt) names.emplace_back(name(layer));
    return names;
}

ThreadingLayer threading_layer() {
    const ThreadingLayer layer = setting().layer.load(std::memory_order_relaxed);
    return forks() == 0 ? layer : ThreadingLayer::pool;
}

std::string threading_layer_source() {
    const std::lock_guard lock(setting().mutex);
    const Choice& choice = setting().choice;
    return threading_layer() == choice.layer ? choice.source : "a child made by fork";
}

void set_threading_layer(const std::string& name) {
    const Choice made =
        name.empty() ? from_environment(setting().against_openmp)
                     : Choice{layer_named("set_threading_layer", name), "set_threading_layer"};
    const std::lock_guard lock(setting().mutex);
    setting().set(made);
}

void avoid_openmp(const std::string& reason) {
    const std::lock_guard lock(setting().mutex);
    setting().against_openmp = reason;
    setting().set(from_environment(reason));
}

}  // namespace ganglion
