#include <optional>
#include <utility>

#include "plan/plan.h"

namespace ganglion {
namespace {

/// Which buffers are read when: by the last of the calls that do, or by the program's caller.
class Readers {
  public:
    Readers(const Program& program, const Goal& goal)
        : end_(program.buffers.size(), 0), wanted_(program.buffers.size(), false) {
        for (std::size_t i = 0; i < program.calls.size(); ++i) {
            for (const BufferId id : accesses(program.calls[i]).reads) end_[at(id)] = i + 1;
        }
        for (const ValueId id : goal.outputs) want(program.values[at(id)]);
        for (const BufferId id : program.gradients) want(id);
    }

    /// Is the buffer read by any call from the `first` on, or wanted by the program's caller?
    bool read_later(std::size_t first, BufferId buffer) const {
        return wanted_[at(buffer)] || end_[at(buffer)] > first;
    }

  private:
    static std::size_t at(int id) { return static_cast<std::size_t>(id); }

    void want(BufferId buffer) {
        if (buffer != kNoBuffer) wanted_[at(buffer)] = true;
    }

    std::vector<std::size_t> end_;  // by buffer: after the last call that reads it
    std::vector<bool> wanted_;      // by buffer
};

/// y = phi(x·W + b) in one product. The pre-activation is kept if backward reads it.
std::optional<GemmCall> with_activation(const Program& program, const Readers& readers,
                                        std::size_t i) {
    const auto* gemm = std::get_if<GemmCall>(&program.calls[i]);
    const auto* next = std::get_if<ActivationCall>(&program.calls[i + 1]);
    if (gemm == nullptr || next == nullptr || next->z != gemm->c) return std::nullopt;
    GemmCall fused = *gemm;
    fused.activated = next->a;
    fused.activation = next->activation;
    fused.alpha = next->alpha;
    if (!readers.read_later(i + 2, gemm->c)) fused.c = next->a;
    return fused;
}

/// dz = (dy·Wᵀ) * phi'(saved) in one product.
std::optional<GemmCall> with_derivative(const Program& program, const Readers& readers,
                                        std::size_t i) {
    const auto* gemm = std::get_if<GemmCall>(&program.calls[i]);
    const auto* next = std::get_if<ActivationBackwardCall>(&program.calls[i + 1]);
    if (gemm == nullptr || next == nullptr || next->da != gemm->c) return std::nullopt;
    if (gemm->accumulate || readers.read_later(i + 2, gemm->c)) return std::nullopt;
    GemmCall fused = *gemm;
    fused.c = next->dz;
    fused.saved = next->saved;
    fused.activation = next->activation;
    fused.alpha = next->alpha;
    return fused;
}

}  // namespace

void fuse(Program& program, const Goal& goal) {
    const Readers readers(program, goal);
    const std::vector<Call>& calls = program.calls;
    std::vector<Call> kept;
    std::size_t backward_begin = 0;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        if (i < program.backward_begin) backward_begin = kept.size() + 1;
        std::optional<GemmCall> fused;
        if (i + 1 < calls.size()) fused = with_activation(program, readers, i);
        if (i + 1 < calls.size() && !fused) fused = with_derivative(program, readers, i);
        kept.push_back(fused ? Call{*fused} : calls[i]);
        if (fused) ++i;  // two calls in one
    }
    program.calls = std::move(kept);
    program.backward_begin = backward_begin;
}

}  // namespace ganglion
