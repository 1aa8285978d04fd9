#pragma once

#include <span>
#include <vector>

#include "base/busy.h"
#include "plan/workspace.h"
#include "train/indices.h"
#include "train/optimizer.h"
#include "train/parameter_store.h"
#include "train/ports.h"
#include "train/reached.h"

namespace ganglion {

/// Forward and backward by hand, for training loops of one's own: `forward` keeps what `backward`
/// needs.
template <class T>
class Tape {
  public:
    /// `input_gradients`: backward also computes those of the inputs; `groups`: those of whose
    /// parameters; `row_gradients`: those of tables may be of the rows alone that a batch names,
    /// and are in no store. The store must outlive the tape.
    Tape(const Graph& graph, const std::vector<ValueId>& inputs,
         const std::vector<ValueId>& outputs, bool input_gradients, ParameterStore<T>& store,
         Index max_batch, std::uint64_t seed, const Groups& groups = {},
         bool row_gradients = false);
    Tape(const Tape&) = delete;
    Tape& operator=(const Tape&) = delete;

    Index max_batch() const { return plan_.max_batch; }
    /// The parameters that have whole gradients, in order.
    const std::vector<Range>& reached() const { return reached_.whole; }
    /// Rows of the forward pass that backward may follow; 0 when there is none.
    Index rows() const { return run_.rows; }

    /// Each x and y (rows, its numbers). `step` chooses the dropout masks. False, and all y and the
    /// pass are lost, when it was interrupted. Throws std::invalid_argument when something does not
    /// fit; where that is what an x holds in place of an index, an earlier pass is lost.
    bool forward(std::span<const Matrix<const T>> x, std::span<const Matrix<T>> y,
                 std::uint64_t step, Interrupt interrupt);
    /// Writes the store's gradients, 0 where no output depends on a parameter or its group is none
    /// of the tape's, and those of the inputs, if `dx` is not empty; states move. Once for each
    /// forward pass, whose memory it uses up.
    bool backward(std::span<const Matrix<const T>> dy, std::span<const Matrix<T>> dx,
                  Interrupt interrupt);
    /// Have the optimizer make a step of the parameters that `backward` writes gradients of, and of
    /// no other, with a team of its own. False as for OptimizerSteps. Throws std::invalid_argument
    /// where the optimizer is for other parameters, where there is no backward pass, or, of
    /// gradients of rows, none has been run since the last forward one.
    bool apply_gradients(OptimizerState<T>& optimizer, double rate);

  private:
    using Pass = bool (Workspace<T>::*)(const Team&, Stop&, const Run&);
    bool run(Pass pass, Interrupt interrupt);
    void copy_gradient(ValueId input, Matrix<T> to);

    Busy busy_;
    Plan plan_;
    ParameterStore<T>& store_;
    std::vector<Port> inputs_;
    std::vector<Port> outputs_;
    Indices indices_;
    bool input_gradients_;
    Workspace<T> workspace_;
    Reached<T> reached_;
    std::vector<Range> unreached_;  // the parameters that have no gradient
    bool has_gradient_rows_ = false;
    Run run_;
};

}  // namespace ganglion
