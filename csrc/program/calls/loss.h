#pragma once

#include "kernels/loss.h"
#include "program/accesses.h"
#include "program/frame.h"

namespace ganglion {

inline constexpr int kNoTerm = -1;

/// The loss of each position of each row, and the gradient of the output that `factor` times the
/// loss gives.
struct LossCall {
    Loss loss;
    int term;  // of the goal, or kNoTerm
    double factor;
    Range parameters;  // of the program's numbers
    BufferId output;
    BufferId target;
    BufferId weight;        // kNoBuffer where nothing is weighted; in one piece, as are
    BufferId row_loss;      // the losses
    BufferId gradient;      // kNoBuffer when only the loss is wanted
    bool weighted = false;  // where it is no term: does it read the weights?

    Accesses accesses() const { return {{output, target, weight}, {row_loss, gradient}}; }
    /// Of a term, whether weights are read is for the batch to say.
    std::vector<BufferId> certain_reads() const {
        return term == kNoTerm ? accesses().reads : Accesses{{output, target}, {}}.reads;
    }
    template <class T>
    void run(Frame<T>& frame) const;
};

}  // namespace ganglion
