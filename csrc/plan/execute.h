#pragma once

#include <vector>

#include "base/team.h"
#include "kernels/kernels.h"
#include "plan/plan.h"
#include "plan/workspace.h"

namespace ganglion {

/// Runs one member's share of a step: turns buffers into matrices and calls the kernel.
template <class T>
class Executor {
  public:
    Executor(const Plan& plan, const std::vector<T*>& pointers, const PackedWeights<T>* packed,
             T* scratch, const Member& member, Meeting& meet, const Run& run,
             const StepAlong<T>& updating)
        : plan_(plan),
          pointers_(pointers),
          packed_(packed),
          scratch_(scratch),
          member_(member),
          meet_(meet),
          run_(run),
          updating_(updating) {}

    void operator()(const Step& step) const;

  private:
    void gemm(const GemmCall& call, Division division) const;
    void multiply(const GemmArgs<T>& args, Range rows, Range cols) const;
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
    Matrix<T> part(BufferId id, Range rows) const;

    const Plan& plan_;
    const std::vector<T*>& pointers_;
    const PackedWeights<T>* packed_;
    T* scratch_;
    const Member& member_;
    Meeting& meet_;
    const Run& run_;
    const StepAlong<T>& updating_;
};

}  // namespace ganglion
