#pragma once

#include <vector>

#include "base/team.h"
#include "kernels/kernels.h"
#include "plan/plan.h"
#include "plan/workspace.h"

namespace ganglion {

/// Runs one part of a step: turns buffers into matrices and calls the kernel.
template <class T>
class Executor {
  public:
    Executor(const Plan& plan, const std::vector<T*>& pointers, const PackedWeights<T>* packed,
             T* scratch, const Part& part, Stop& stop, const Run& run, const Update<T>* update)
        : plan_(plan),
          pointers_(pointers),
          packed_(packed),
          scratch_(scratch),
          part_(part),
          stop_(stop),
          run_(run),
          update_(update) {}

    void operator()(const Step& step);

    /// Is every parameter that was updated finite?
    bool updates_are_finite() const { return finite_; }

  private:
    void gemm(const GemmCall& call, Division division);
    void multiply(const GemmArgs<T>& args, Range rows, Range cols) const;
    bool stops() const;
    void run(const ActivationCall& call, Range rows) const;
    void run(const ActivationBackwardCall& call, Range rows) const;
    void run(const SoftmaxCall& call, Range rows) const;
    void run(const SoftmaxBackwardCall& call, Range rows) const;
    void run(const DropoutCall& call, Range rows) const;
    void run(const AddCall& call, Range rows) const;
    void run(const CopyCall& call, Range rows) const;
    void run(const LossCall& call, Range rows) const;

    T* pointer(BufferId id) const;
    Matrix<T> whole(BufferId id) const;
    Matrix<T> rows_of(BufferId id, Range rows) const;

    const Plan& plan_;
    const std::vector<T*>& pointers_;
    const PackedWeights<T>* packed_;
    T* scratch_;
    const Part part_;
    Stop& stop_;
    const Run& run_;
    const Update<T>* update_;
    bool finite_ = true;
};

}  // namespace ganglion
