#pragma once

#include <optional>
#include <vector>

#include "program/calls/add_parts.h"
#include "program/calls/gemm.h"

namespace ganglion {

/// A product whose depth, a batch's rows and positions, is cut into parts (depth.h). The first is
/// multiplied as if it were all, the others into memory of their own, for AddPartsCall.
struct DeepGemmCall {
    GemmCall product;
    BufferId parts;      // (parts but the first, rows of c, columns of c)
    BufferId part_sums;  // (parts but the first, 1, columns of c): of b's columns;
                         // or kNoBuffer

    /// The product so cut, with memory for its parts; nothing where that does not pay, where no
    /// batch is so large, or where more is done than to multiply and to sum up columns.
    static std::optional<DeepGemmCall> of(const GemmCall& product, Memory& memory, Index max_batch);

    /// What adds them to c, and to the sums of b's columns.
    std::vector<AddPartsCall> sums_of_parts(const Memory& memory) const;

    Accesses accesses() const;
    Division division(const Memory&) const { return Division::tiles; }
    double row_operations(const Memory& memory) const { return product.row_operations(memory); }
    template <class T>
    Index scratch_size(const Memory& memory, Index max_batch) const;
    template <class T>
    void run(Frame<T>& frame) const;

    /// The part's block of what the parts of the depth come to, one below the other.
    template <class T>
    Block share(const Memory& memory, const Part& part, Index rows) const;
    std::vector<Block> touched(BufferId id, const Block& mine, const Memory& memory,
                               Index rows) const;
    double operations(const Block& mine, const Memory& memory, Index rows) const;
};

}  // namespace ganglion
