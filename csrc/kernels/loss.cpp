#include "kernels/loss.h"

#include "base/error.h"

namespace ganglion {

Loss loss_named(const std::string& name) {
    for (const LossInfo& known : kLosses) {
        if (known.name == name) return known.loss;
    }
    fail("loss", "unknown name '", name, "'");
}

}  // namespace ganglion
