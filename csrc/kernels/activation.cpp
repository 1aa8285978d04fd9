#include "kernels/activation.h"

#include "base/error.h"

namespace ganglion {

Activation activation_named(const std::string& name) {
    for (const ActivationInfo& known : kActivations) {
        if (known.name == name) return known.activation;
    }
    fail("activation", "unknown name '", name, "'");
}

}  // namespace ganglion
