#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "program/calls/activation.h"
#include "program/calls/add.h"
#include "program/calls/add_noise.h"
#include "program/calls/add_parts.h"
#include "program/calls/add_row.h"
#include "program/calls/batch_normalization.h"
#include "program/calls/begin_gradient.h"
#include "program/calls/clear.h"
#include "program/calls/copy.h"
#include "program/calls/corrupt.h"
#include "program/calls/deep_gemm.h"
#include "program/calls/embedding.h"
#include "program/calls/gemm.h"
#include "program/calls/gru.h"
#include "program/calls/keep_largest.h"
#include "program/calls/l1_l2.h"
#include "program/calls/layer_normalization.h"
#include "program/calls/loss.h"
#include "program/calls/lstm.h"
#include "program/calls/moments.h"
#include "program/calls/multiply.h"
#include "program/calls/normal_kl.h"
#include "program/calls/sample.h"
#include "program/calls/simple_rnn.h"
#include "program/calls/softmax.h"
#include "program/calls/sparsity.h"
#include "program/calls/sum_rows.h"

namespace ganglion {

/// A kernel call: plain arguments, buffers and settings. Each kind says what it reads and writes
/// (`accesses`) and does its part of the work (`run`). What else it says of itself is asked for
/// below; where it says nothing, it is divided by rows, of which each part touches its own, and all
/// of what has no rows of a batch's.
using Call =
    std::variant<GemmCall, DeepGemmCall, AddPartsCall, ActivationCall, ActivationBackwardCall,
                 SoftmaxCall, SoftmaxBackwardCall, CorruptCall, AddNoiseCall, SampleCall,
                 SampleBackwardCall, AddCall, MultiplyCall, CopyCall, ClearCall, SumRowsCall,
                 LossCall, MomentsCall, MergeMomentsCall, RunningMomentsCall, NormalizeChannelsCall,
                 ChannelGradientSumsCall, NormalizeChannelsBackwardCall, NormalizePositionsCall,
                 PositionGradientSumsCall, NormalizePositionsBackwardCall, BeginGradientCall,
                 L1L2Call, L1L2BackwardCall, NormalKLCall, NormalKLBackwardCall, SparsityCall,
                 SparsityBackwardCall, AddRowCall, GatherRowsCall, AddToRowsCall, ListRowsCall,
                 KeepLargestCall, SimpleRNNCall, SimpleRNNBackwardCall, LSTMCall, LSTMBackwardCall,
                 GRUCall, GRUBackwardCall>;

inline Accesses accesses(const Call& call) {
    return std::visit([](const auto& one) { return one.accesses(); }, call);
}

template <class T>
void run(const Call& call, Frame<T>& frame) {
    std::visit([&](const auto& one) { one.run(frame); }, call);
}

/// `division(memory)`: how it is cut into parts.
Division division_of(const Call& call, const Memory& memory);

/// `row_operations(memory)`: those of matrix products, for one row of a batch.
double row_operations_of(const Call& call, const Memory& memory);

/// `scratch_size<T>(memory, max_batch)`: elements of memory that each member needs for it.
template <class T>
Index scratch_size_of(const Call& call, const Memory& memory, Index max_batch);

/// `with(next, is_read_later)`: the two calls in one, if they can be.
std::optional<Call> merged(const Call& call, const Call& next,
                           const GemmCall::ReadLater& is_read_later);

/// `in_parts(memory, max_batch)` and `sums_of_parts(memory)` of what that gives: the calls that do
/// the same with a depth that is cut (depth.h), where batches may be so large that it is; else
/// none.
std::vector<Call> in_parts(const Call& call, Memory& memory, Index max_batch);

/// `certain_reads()`: what it reads in any batch; else all that it reads.
std::vector<BufferId> certain_reads_of(const Call& call);

/// `steppable()`: the gradient along which parameters could step as it is made, or kNoBuffer.
BufferId steppable_of(const Call& call);
/// `updated`: the parameters that it makes step, or kNoBuffer.
BufferId updated_by(const Call& call);
/// Let those step whose gradient is steppable.
void let_step(Call& call, BufferId parameters);

/// `moves_state`: does it move what a network remembers (ParameterKind::state)? Such calls come
/// last, and run once a step, when all else of it has been done.
bool moves_state(const Call& call);

/// `is_walk`: does it go from position to position, with products of few rows at each?
bool is_walk(const Call& call);

/// `panels()`: what it reads in panels, of which a copy may be made beforehand, or kNoBuffer.
BufferId panels_of(const Call& call);

/// What a part of a call does, in a batch of so many rows: `share<T>`, `touched` and `operations`.
struct Work {
    double operations = 0;  // of matrix products
    Index updates = 0;      // parameters that step
};
template <class T>
Work work_of(const Call& call, const Memory& memory, const Part& part, Index rows);
/// What it touches of a buffer, of which each position is a row.
template <class T>
std::vector<Block> touched_of(const Call& call, BufferId id, const Memory& memory, const Part& part,
                              Index rows);

}  // namespace ganglion
