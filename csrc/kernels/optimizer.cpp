#include "kernels/optimizer.h"

#include "base/error.h"

namespace ganglion {

Optimizer optimizer_named(const std::string& name) {
    for (const OptimizerInfo& known : kOptimizers) {
        if (known.name == name) return known.optimizer;
    }
    fail("optimizer", "unknown name '", name, "'");
}

}  // namespace ganglion
