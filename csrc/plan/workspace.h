#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/stop.h"
#include "base/team.h"
#include "plan/packed_weights.h"
#include "plan/plan.h"
#include "program/run.h"

namespace ganglion {

/// The parameters a plan reads, and the gradients it writes (null when it only infers).
template <class T>
struct ParameterBlock {
    T* values;
    T* gradients;
};

/// The gradient of some rows of a table of parameters, after a backward pass; that of all others is
/// zero.
template <class T>
struct GradientRows {
    Index offset;       // of the table, among all parameters
    Index width;        // numbers of a row
    const T* numbers;   // of the rows, each once
    const T* count;     // how many there are
    const T* gradient;  // row after row

    Index rows() const { return static_cast<Index>(*count); }
    Index size() const { return rows() * width; }
    /// Where the row at a place among them begins among all parameters.
    Index begin(Index place) const { return offset + static_cast<Index>(numbers[place]) * width; }
};

/// The memory of one running plan: the arena, and scratch memory for each member of the team.
/// One run at a time; several workspaces may run the same plan at once.
template <class T>
class Workspace {
  public:
    /// The plan and the parameters must outlive the workspace, and so must `packed`, if not null:
    /// copies of weights in the order in which products read them.
    Workspace(const Plan& plan, ParameterBlock<T> parameters,
              const PackedWeights<T>* packed = nullptr);

    /// Make room for a team. Call it before the team starts: a run allocates nothing.
    void reserve_team(int size);

    /// Read an input's rows, one after the other, where they lie; null: in the arena again.
    void read_input(ValueId id, const T* rows);

    /// The value's, or the gradient's, rows of the current batch.
    Matrix<T> value(ValueId id, Index rows) { return matrix(plan_.value(id), rows); }
    Matrix<T> gradient(ValueId id, Index rows) { return matrix(plan_.gradient(id), rows); }
    /// The value's rows with a row for each position. What a goal names as output makes such a
    /// matrix.
    Matrix<T> positions(ValueId id, Index rows);

    /// Those that a backward pass leaves, in memory of this workspace.
    std::vector<GradientRows<T>> gradient_rows() const;

    /// Run a pass on the team; false when it was told to stop.
    bool forward(const Team& team, Stop& stop, const Run& run);
    bool backward(const Team& team, Stop& stop, const Run& run);
    /// Also of a plan that updates.
    bool backward_updating(const Team& team, Stop& stop, const Run& run,
                           const StepAlong<T>& updating);

    /// Have the states that a network remembers move by the batch, after its passes: all of them,
    /// on one thread, for they are few numbers.
    void remember(const Run& run);

    /// Run forward again, on one thread, and name the first tensor that is not finite; "" if all
    /// are.
    std::string first_not_finite(const Run& run);

  private:
    Frame<T> frame(const Part& part, Stop& stop, const Run& run, const StepAlong<T>& along);
    /// One row a sample: its numbers, position after position.
    Matrix<T> matrix(BufferId id, Index rows);
    Index scratch_size() const;
    bool run_jobs(const std::vector<Job>& jobs, const Team& team, Stop& stop, const Run& run,
                  const StepAlong<T>& updating);
    void give_out(const Job& job, const Team& team, Stop& stop, const Run& run,
                  const StepAlong<T>& updating);
    void run_part(Range steps, const Part& part, Stop& stop, const Run& run,
                  const StepAlong<T>& updating);
    void play(const Job& job, const Team& team, Stop& stop, const Run& run,
              const StepAlong<T>& updating);
    void poison_before(Index step, Index rows);

    const Plan& plan_;
    std::vector<T*> pointers_;                       // by BufferId
    std::vector<std::vector<BufferId>> buffers_of_;  // by StorageId
    const PackedWeights<T>* packed_;
    AlignedBuffer<T> arena_;
    std::vector<AlignedBuffer<T>> scratch_;  // by rank
};

/// Operations below which another thread costs more than it brings, as a rule.
inline constexpr double kOperationsPerThread = 0.6e6;

/// Threads that so much work is worth: few for small work, for meeting costs time too.
int worthwhile_team(double operations, double operations_per_thread = kOperationsPerThread);

}  // namespace ganglion
