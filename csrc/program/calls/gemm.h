#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "kernels/activation.h"
#include "program/accesses.h"
#include "program/calls/activation.h"
#include "program/frame.h"

namespace ganglion {

struct DeepGemmCall;

/// c = a·b, each maybe transposed, plus what gemm.h says. Positions are rows of a product.
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

    Accesses accesses() const;
    Division division(const Memory& memory) const;
    double row_operations(const Memory& memory) const;
    template <class T>
    Index scratch_size(const Memory& memory, Index max_batch) const;
    template <class T>
    void run(Frame<T>& frame) const;

    /// The part's block of c.
    template <class T>
    Block share(const Memory& memory, const Part& part, Index rows) const;
    /// What computing a block of c touches of a buffer.
    std::vector<Block> touched(BufferId id, const Block& of_c, const Memory& memory,
                               Index rows) const;
    double operations(const Block& of_c, const Memory& memory, Index rows) const;
    /// Multiply-adds of each element of c.
    Index depth(const Memory& memory, Index rows) const;

    /// The same product with the call that directly follows it in its epilogue, if it can be.
    using ReadLater = std::function<bool(BufferId)>;  // is it, after that call?
    std::optional<GemmCall> with(const ActivationCall& next, const ReadLater& is_read_later) const;
    std::optional<GemmCall> with(const ActivationBackwardCall& next,
                                 const ReadLater& is_read_later) const;

    /// The same product with its depth cut, if it can be, and batches may be so large that it is.
    std::optional<DeepGemmCall> in_parts(Memory& memory, Index max_batch) const;

    /// The gradient along which its parameters could step as it is made.
    BufferId steppable() const { return c; }
    /// What it reads in panels, so that a copy may take its place.
    BufferId panels() const { return transpose_b ? kNoBuffer : b; }

  private:
    template <class T>
    GemmEpilogue<T> epilogue(const Frame<T>& frame) const;
    template <class T>
    GemmStep<T> step(Frame<T>& frame) const;
};

}  // namespace ganglion
