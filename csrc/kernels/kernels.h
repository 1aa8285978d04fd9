#pragma once

#include <array>
#include <string_view>

#include "base/cpu.h"
#include "base/matrix.h"
#include "kernels/activation.h"
#include "kernels/cells.h"
#include "kernels/constraint.h"
#include "kernels/convert.h"
#include "kernels/embedding.h"
#include "kernels/gemm.h"
#include "kernels/loss.h"
#include "kernels/noise.h"
#include "kernels/normalization.h"
#include "kernels/optimizer.h"
#include "kernels/perceptron.h"
#include "kernels/terms.h"

namespace ganglion {

/// A function of simd/math.inl.h applied to `count` values, for tests and benchmarks.
template <class T>
struct VectorFunction {
    std::string_view name;
    void (*apply)(const T* x, T* y, Index count);
};

/// The kernels of one instruction set. Each works on the part of a matrix it is given and on one
/// thread; who gives out the parts is plan/workspace.cpp.
template <class T>
struct Kernels {
    Isa isa;
    Index tile_rows;  // gemm's tile: cut its work at multiples of these
    Index tile_cols;
    Index (*gemm_scratch_size)(Index m, Index n, Index k, bool updates);
    void (*gemm)(const GemmArgs<T>&, Range rows, Range cols, T* scratch);
    void (*gemm_batch)(const GemmBatch<T>&, Range products, T* scratch);
    void (*pack_b)(Matrix<const T> b, T* packed);
    bool (*all_finite)(const T* x, Index count);
    std::array<ConvertKernel<T>, kDataTypes> conversions;
    std::array<NormalizeKernel<T>, kDataTypes> normalizations;
    std::array<ActivationKernels<T>, kActivations.size()> activations;
    BatchNormalizationKernels<T> batch_normalization;
    LayerNormalizationKernels<T> layer_normalization;
    EmbeddingKernels<T> embedding;
    LSTMKernels<T> lstm;
    GRUKernels<T> gru;
    void (*softmax)(Matrix<const T> z, Matrix<T> a);
    void (*softmax_backward)(Matrix<const T> a, Matrix<const T> da, Matrix<T> dz);
    void (*keep_largest)(Matrix<const T> x, Matrix<const T> from, Index count, Matrix<T> to);
    void (*corrupt)(const CorruptArgs<T>&);
    void (*add_noise)(const AddNoiseArgs<T>&);
    void (*sample)(const SampleArgs<T>&);
    void (*sample_backward)(const SampleBackwardArgs<T>&);
    void (*add)(Matrix<const T> a, Matrix<const T> b, Matrix<T> c);
    void (*multiply)(Matrix<const T> a, Matrix<const T> b, Matrix<T> c);
    std::array<LossKernel<T>, kLosses.size()> losses;
    void (*l1_l2)(const L1L2Args<T>&, T* sums);
    void (*l1_l2_backward)(const L1L2Args<T>&, const TermGradient<T>&);
    void (*normal_kl)(const NormalKLArgs<T>&, T* sums);
    void (*normal_kl_backward)(Matrix<const T> log_variance, Index positions,
                               const TermGradient<T>&);
    T (*sparsity)(const SparsityArgs<T>&);
    void (*sparsity_backward)(const SparsityArgs<T>&, const TermGradient<T>&);
    void (*add_row)(const AddRowArgs<T>&);
    UpdateKernels<T> updates;
    UpdateKernels<T> averaging_updates;  // that also keep averages of the parameters
    LimitNorms<T> limit_columns;
    LimitNorms<T> limit_rows;
    PerceptronKernel<T> perceptron;
    double (*sum_of_squares)(const T* x, Index count);
    double (*multiply_adds)(Index rounds, T* result);  // for benchmarks: the machine's peak
    std::array<VectorFunction<T>, 7> vector_functions;

    const ActivationKernels<T>& of(Activation activation) const {
        return activations[static_cast<std::size_t>(activation)];
    }
};

/// The kernels of the selected instruction set.
template <class T>
const Kernels<T>& kernels();

}  // namespace ganglion
