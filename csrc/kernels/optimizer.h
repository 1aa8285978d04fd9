#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/matrix.h"

namespace ganglion {

enum class Optimizer { sgd, adam, adamw, rmsprop, adagrad, adadelta };

struct OptimizerInfo {
    Optimizer optimizer;
    std::string_view name;
};

/// The one list of optimizers, in the order of the enumeration.
inline constexpr std::array<OptimizerInfo, 6> kOptimizers{{
    {Optimizer::sgd, "sgd"},
    {Optimizer::adam, "adam"},
    {Optimizer::adamw, "adamw"},
    {Optimizer::rmsprop, "rmsprop"},
    {Optimizer::adagrad, "adagrad"},
    {Optimizer::adadelta, "adadelta"},
}};

/// What a step does with each gradient. The names are those of the papers' formulas, or Keras's;
/// the arithmetic is PyTorch's.
template <class T>
struct UpdateRule {
    T gradient_scale;  // global norm clipping; 1 without
    T clip;            // each gradient value is held within +-clip; infinity without
    T rate;
    T weight_decay;  // added to the gradient; for adamw, taken off the parameter
    T momentum;      // sgd, rmsprop
    bool nesterov;   // sgd
    bool centered;   // rmsprop
    T rho;           // rmsprop, adadelta
    T rho_gain;      // 1 - rho, before rounding to T
    T beta_1;        // adam, adamw
    T beta_2;
    T gain_1;  // 1 - beta_1, before rounding to T
    T gain_2;  // 1 - beta_2
    T epsilon;
    T step_size;        // adam, adamw: rate / (1 - beta_1^t)
    T root_correction;  // adam, adamw: 1 / sqrt(1 - beta_2^t)
    T ema_momentum;     // of the parameters' average, where there is one
    T ema_gain;         // 1 - ema_momentum, before rounding to T
    bool overwrites;    // the average then takes the parameter's place
};

/// One step of an optimizer over a block of parameters.
template <class T>
struct UpdateArgs {
    Index rows;
    Index cols;
    Index row_stride;  // of the parameters and the state
    T* parameter;
    const T* gradient;
    Index gradient_stride;
    std::array<T*, 3> state;  // how many are used depends on the optimizer
    T* average;               // of the parameters; of kernels that average
    UpdateRule<T> rule;
};

/// Returns whether every parameter, and every mean or sum of squares of gradients, is finite
/// afterwards.
template <class T>
using UpdateKernel = bool (*)(const UpdateArgs<T>&);

/// By optimizer.
template <class T>
using UpdateKernels = std::array<UpdateKernel<T>, kOptimizers.size()>;

/// A step of an optimizer, of which kernels take the block that they have the gradient of.
template <class T>
struct Update {
    UpdateKernel<T> kernel;
    UpdateRule<T> rule;
    T* parameters;            // of all
    std::array<T*, 3> state;  // and what the optimizer remembers of them
    T* average;               // their averages, or null

    /// The step for a block that begins at parameter number `offset`.
    UpdateArgs<T> block(Index offset, Index rows, Index cols, Index row_stride, const T* gradient,
                        Index gradient_stride) const {
        std::array<T*, 3> of_block = state;
        for (T*& one : of_block) {
            if (one != nullptr) one += offset;
        }
        T* const average_of_block = average == nullptr ? nullptr : average + offset;
        return {rows,       cols,
                row_stride, parameters + offset,
                gradient,   gradient_stride,
                of_block,   average_of_block,
                rule};
    }
};

}  // namespace ganglion
