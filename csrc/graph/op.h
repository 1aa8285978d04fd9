#pragma once

#include <variant>

#include "graph/ops/activation.h"
#include "graph/ops/add.h"
#include "graph/ops/affine.h"
#include "graph/ops/batch_normalization.h"
#include "graph/ops/concatenate.h"
#include "graph/ops/corruption.h"
#include "graph/ops/embedding.h"
#include "graph/ops/gaussian_noise.h"
#include "graph/ops/give_gradient.h"
#include "graph/ops/gru.h"
#include "graph/ops/keep_largest.h"
#include "graph/ops/l1_l2.h"
#include "graph/ops/layer_normalization.h"
#include "graph/ops/loss.h"
#include "graph/ops/lstm.h"
#include "graph/ops/multiply.h"
#include "graph/ops/normal_kl.h"
#include "graph/ops/reshape.h"
#include "graph/ops/sampling.h"
#include "graph/ops/simple_rnn.h"
#include "graph/ops/slice.h"
#include "graph/ops/softmax.h"
#include "graph/ops/sparsity_kl.h"
#include "graph/ops/stop_gradient.h"
#include "graph/ops/sum_over_batch.h"

namespace ganglion {

/// An op and what it needs beside its inputs. Each kind lies in a file of its own, and says
/// - `inputs()`: the values that it reads; one that is left out is kNoValue;
/// - `extent(graph)`: how large its output is. Throws std::invalid_argument when inputs do not fit;
/// - `forward(to, y)`: emits the calls that make its output y;
/// - `backward(to, y)`: from the gradient of y, the gradients of the inputs that want one;
/// - `indexed(graph)`, where an input says where in memory to look: which, and how many there are;
/// - `remember(to, y)`, where it has states: in training, emits the calls that move them;
/// - `is_loss`, if it makes what can be minimised: a number for each row, or its positions, whose
///   mean counts; of rows that are the same in any batch the sum does.
using Op = std::variant<Affine, ElementwiseActivation, Softmax, Corruption, GaussianNoise, Sampling,
                        Add, Multiply, Concatenate, Slice, Reshape, StopGradient, GiveGradient,
                        RowLoss, BatchNormalization, LayerNormalization, L1L2, NormalKL,
                        SumOverBatch, SparsityKL, Embedding, KeepLargest, SimpleRNN, LSTM, GRU>;

}  // namespace ganglion
