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

/// One step of an optimizer over a block of parameters. The names are those of the papers'
/// formulas, or Keras's; the arithmetic is PyTorch's.
template <class T>
struct UpdateArgs {
    Index rows;
    Index cols;
    Index row_stride;  // of the parameters and the state
    T* parameter;
    const T* gradient;
    Index gradient_stride;
    std::array<T*, 3> state;  // how many are used depends on the optimizer

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
};

/// Returns whether every parameter is finite afterwards.
template <class T>
using UpdateKernel = bool (*)(const UpdateArgs<T>&);

/// A step of an optimizer, of which kernels take the block that they have the gradient of.
template <class T>
struct Update {
    UpdateKernel<T> kernel;
    UpdateArgs<T> args;  // the pointers are those of all parameters; no gradient yet

    /// The same step for a block that begins at parameter number `offset`.
    UpdateArgs<T> block(Index offset, Index rows, Index cols, Index row_stride, const T* gradient,
                        Index gradient_stride) const {
        UpdateArgs<T> part = args;
        part.rows = rows;
        part.cols = cols;
        part.row_stride = row_stride;
        part.parameter += offset;
        for (T*& state : part.state) {
            if (state != nullptr) state += offset;
        }
        part.gradient = gradient;
        part.gradient_stride = gradient_stride;
        return part;
    }
};

}  // namespace ganglion
