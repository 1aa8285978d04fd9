#pragma once

#include "base/busy.h"
#include "plan/workspace.h"
#include "train/parameter_store.h"

namespace ganglion {

/// Forward and backward by hand, for training loops of one's own: `forward` keeps what `backward`
/// needs.
template <class T>
class Tape {
  public:
    /// `input_gradient`: backward also computes the gradient of the input. The store must outlive
    /// the tape.
    Tape(const Graph& graph, ValueId input, ValueId output, bool input_gradient,
         ParameterStore<T>& store, Index max_batch, std::uint64_t seed);
    Tape(const Tape&) = delete;
    Tape& operator=(const Tape&) = delete;

    Index max_batch() const { return plan_.max_batch; }
    /// Rows of the forward pass that backward may follow; 0 when there is none.
    Index rows() const { return run_.rows; }

    /// x (rows, inputs) -> y (rows, outputs). `step` chooses the dropout masks.
    /// False, and y and the pass are lost, when it was interrupted.
    bool forward(Matrix<const T> x, Matrix<T> y, std::uint64_t step, Interrupt interrupt);
    /// dy (rows, outputs): writes the store's gradients. `dx` (rows, inputs), or data null. Once
    /// for each forward pass, whose memory it uses up.
    bool backward(Matrix<const T> dy, Matrix<T> dx, Interrupt interrupt);

  private:
    using Pass = bool (Workspace<T>::*)(const Team&, Stop&, const Run&);
    bool run(Pass pass, Interrupt interrupt);

    Busy busy_;
    Plan plan_;
    ParameterStore<T>& store_;
    ValueId input_;
    ValueId output_;
    Workspace<T> workspace_;
    Run run_;
};

}  // namespace ganglion
