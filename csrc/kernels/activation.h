#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/matrix.h"

namespace ganglion {

/// Elementwise activations. Softmax mixes a row's values and is an op of its own.
enum class Activation {
    identity,
    sigmoid,
    tanh,
    relu,
    leaky_relu,
    elu,
    step,
    gelu,
    silu,
    selu,
    softplus,
    softsign,
    mish,
};

/// What backward reads: the output a = phi(z), or the pre-activation z, which is then kept.
enum class DerivativeFrom { output, input, nowhere };

struct ActivationInfo {
    Activation activation;
    std::string_view name;
    DerivativeFrom derivative_from;
};

/// The one list of activations, in the order of the enumeration.
inline constexpr std::array<ActivationInfo, 13> kActivations{{
    {Activation::identity, "identity", DerivativeFrom::output},
    {Activation::sigmoid, "sigmoid", DerivativeFrom::output},
    {Activation::tanh, "tanh", DerivativeFrom::output},
    {Activation::relu, "relu", DerivativeFrom::output},
    {Activation::leaky_relu, "leaky_relu", DerivativeFrom::output},
    {Activation::elu, "elu", DerivativeFrom::output},
    {Activation::step, "step", DerivativeFrom::nowhere},
    {Activation::gelu, "gelu", DerivativeFrom::input},
    {Activation::silu, "silu", DerivativeFrom::input},
    {Activation::selu, "selu", DerivativeFrom::output},
    {Activation::softplus, "softplus", DerivativeFrom::output},
    {Activation::softsign, "softsign", DerivativeFrom::output},
    {Activation::mish, "mish", DerivativeFrom::input},
}};

constexpr const ActivationInfo& info(Activation activation) {
    return kActivations[static_cast<std::size_t>(activation)];
}

/// a = phi(z), elementwise over rows of `z.cols`; z and a may be the same. `alpha` is the slope of
/// leaky_relu and the scale of elu.
template <class T>
using ActivationForward = void (*)(const Matrix<const T>& z, const Matrix<T>& a, T alpha);

/// dz = da * phi'(saved); da and dz may be the same.
template <class T>
using ActivationBackward = void (*)(const Matrix<const T>& saved, const Matrix<const T>& da,
                                    const Matrix<T>& dz, T alpha);

template <class T>
struct ActivationKernels {
    ActivationForward<T> forward;
    ActivationBackward<T> backward;  // null where there is no useful derivative
};

}  // namespace ganglion
