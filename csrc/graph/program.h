#pragma once

#include <string>
#include <variant>
#include <vector>

#include "graph/graph.h"

namespace ganglion {

using BufferId = int;

inline constexpr BufferId kNoBuffer = -1;

/// Where a buffer's memory is.
enum class Space {
    arena,       // the workspace of a run
    parameters,  // the parameter store's values
    gradients,   // and their gradients
};

struct Buffer {
    Space space;
    std::string name;
    Index rows;  // kBatch, or fixed
    Index cols;
    Index offset = 0;  // in elements; the plan sets those in the arena
};

// The kernel calls. Each is plain arguments: buffers and settings.

/// c = a·b, each maybe transposed, plus what gemm.h says.
struct GemmCall {
    BufferId a;
    BufferId b;
    BufferId c;
    bool transpose_a = false;
    bool transpose_b = false;
    bool accumulate = false;
    BufferId bias = kNoBuffer;
    BufferId column_sums = kNoBuffer;
    bool accumulate_sums = false;
    BufferId activated = kNoBuffer;  // phi(c)
    BufferId saved = kNoBuffer;      // c *= phi'(saved)
    Activation activation = Activation::identity;
    double alpha = 0;
    BufferId updated = kNoBuffer;  // parameters: c is their gradient, and makes them step
};

struct ActivationCall {
    BufferId z;
    BufferId a;
    Activation activation;
    double alpha;
};

struct ActivationBackwardCall {
    BufferId saved;
    BufferId da;
    BufferId dz;
    Activation activation;
    double alpha;
};

struct SoftmaxCall {
    BufferId z;
    BufferId a;
};

struct SoftmaxBackwardCall {
    BufferId a;
    BufferId da;
    BufferId dz;
};

struct DropoutCall {
    BufferId x;
    BufferId y;
    double rate;
    std::uint32_t stream;
};

struct AddCall {
    BufferId a;
    BufferId b;
    BufferId c;
};

struct CopyCall {
    BufferId from;
    BufferId to;
};

struct LossCall {
    Loss loss;
    Range parameters;  // of the program's numbers
    BufferId output;
    BufferId target;
    BufferId weight;
    BufferId row_loss;
    BufferId gradient;  // kNoBuffer when only the loss is wanted
};

using Call = std::variant<GemmCall, ActivationCall, ActivationBackwardCall, SoftmaxCall,
                          SoftmaxBackwardCall, DropoutCall, AddCall, CopyCall, LossCall>;

/// The buffers a call reads and writes.
struct Accesses {
    std::vector<BufferId> reads;
    std::vector<BufferId> writes;
};

Accesses accesses(const Call& call);

/// Kernel calls over buffers: a graph, lowered.
struct Program {
    std::vector<Buffer> buffers;
    std::vector<Call> calls;
    std::size_t backward_begin = 0;   // the first call of the backward pass
    std::vector<BufferId> values;     // by ValueId; kNoBuffer where the program does without
    std::vector<BufferId> gradients;  // by ValueId: of inputs, and one the caller gives
    std::vector<double> numbers;      // what calls are set by that takes no fixed place

    std::string no_backward;  // why there is no backward pass; "" if there is one

    const Buffer& buffer(BufferId id) const { return buffers[static_cast<std::size_t>(id)]; }
};

}  // namespace ganglion
