// Every kernel of one instruction set, and their table. Included inside its namespace and target
// region, which define `vector_bytes` and `tile_rows`.

// In the order in which they build on each other:
// clang-format off
#include "base/philox.inl.h"
#include "simd/vec.inl.h"
#include "simd/math.inl.h"
#include "simd/words.inl.h"
#include "kernels/activation.inl.h"
#include "kernels/cells.inl.h"
#include "kernels/convert.inl.h"
#include "kernels/elementwise.inl.h"
#include "kernels/embedding.inl.h"
#include "kernels/gemm_tile.inl.h"
#include "kernels/gemm_blocking.inl.h"
#include "kernels/gemm_pack.inl.h"
#include "kernels/gemm_block.inl.h"
#include "kernels/gemm_loops.inl.h"
#include "kernels/gemm_swapped.inl.h"
#include "kernels/gemm.inl.h"
#include "kernels/keep_largest.inl.h"
#include "kernels/normalization.inl.h"
#include "kernels/constraint.inl.h"
#include "kernels/softmax.inl.h"
#include "kernels/loss_rows.inl.h"
#include "kernels/loss_shaped.inl.h"
#include "kernels/loss.inl.h"
#include "kernels/noise.inl.h"
#include "kernels/optimizer.inl.h"
#include "kernels/peak.inl.h"
#include "kernels/perceptron.inl.h"
#include "kernels/terms.inl.h"
#include "kernels/vector_functions.inl.h"
// clang-format on

template <class T>
constexpr Kernels<T> table(Isa isa) {
    return {
        .isa = isa,
        .tile_rows = tile_rows,
        .tile_cols = tile_cols<T>,
        .gemm_scratch_size = &gemm_scratch_size<T>,
        .gemm = &gemm<T>,
        .gemm_batch = &gemm_batch<T>,
        .pack_b = &pack_b<T>,
        .all_finite = &all_finite<T>,
        .conversions = conversions<T>,
        .normalizations = normalizations<T>,
        .activations = activation_table<T>(std::make_index_sequence<kActivations.size()>{}),
        .batch_normalization = batch_normalization_kernels<T>,
        .layer_normalization = layer_normalization_kernels<T>,
        .embedding = embedding_kernels<T>,
        .lstm = lstm_kernels<T>,
        .gru = gru_kernels<T>,
        .softmax = &softmax<T>,
        .softmax_backward = &softmax_backward<T>,
        .keep_largest = &keep_largest<T>,
        .corrupt = &corrupt<T>,
        .add_noise = &add_noise<T>,
        .sample = &sample<T>,
        .sample_backward = &sample_backward<T>,
        .add = &add<T>,
        .multiply = &multiply_elements<T>,
        .losses = loss_table<T>(std::make_index_sequence<kLosses.size()>{}),
        .l1_l2 = &l1_l2<T>,
        .l1_l2_backward = &l1_l2_backward<T>,
        .normal_kl = &normal_kl<T>,
        .normal_kl_backward = &normal_kl_backward<T>,
        .sparsity = &sparsity<T>,
        .sparsity_backward = &sparsity_backward<T>,
        .add_row = &add_row<T>,
        .updates = update_table<T, false>(std::make_index_sequence<kOptimizers.size()>{}),
        .averaging_updates = update_table<T, true>(std::make_index_sequence<kOptimizers.size()>{}),
        .limit_columns = &limit_columns<T>,
        .limit_rows = &limit_rows<T>,
        .perceptron = &perceptron<T>,
        .sum_of_squares = &sum_of_squares<T>,
        .multiply_adds = &multiply_adds<T>,
        .vector_functions = vector_functions<T>,
    };
}
