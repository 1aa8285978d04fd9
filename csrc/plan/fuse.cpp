#include <algorithm>
#include <optional>

#include "plan/plan.h"

namespace ganglion {
namespace {

bool reads(const Call& call, BufferId buffer) {
    const std::vector<BufferId> found = accesses(call).reads;
    return std::find(found.begin(), found.end(), buffer) != found.end();
}

/// Is the buffer read by any call from the `first` on, or wanted by the program's caller?
bool read_later(const Program& program, const Goal& goal, std::size_t first, BufferId buffer) {
    const auto begin = program.calls.begin() + static_cast<std::ptrdiff_t>(first);
    const auto is_buffer = [&](ValueId id) {
        return program.values[static_cast<std::size_t>(id)] == buffer;
    };
    const bool wanted = std::any_of(goal.outputs.begin(), goal.outputs.end(), is_buffer) ||
                        std::count(program.gradients.begin(), program.gradients.end(), buffer) > 0;
    return wanted || std::any_of(begin, program.calls.end(),
                                 [&](const Call& call) { return reads(call, buffer); });
}

/// y = phi(x·W + b) in one product. The pre-activation is kept if backward reads it.
std::optional<GemmCall> with_activation(const Program& program, const Goal& goal, std::size_t i) {
    const auto* gemm = std::get_if<GemmCall>(&program.calls[i]);
    const auto* next = std::get_if<ActivationCall>(&program.calls[i + 1]);
    if (gemm == nullptr || next == nullptr || next->z != gemm->c) return std::nullopt;
    GemmCall fused = *gemm;
    fused.activated = next->a;
    fused.activation = next->activation;
    fused.alpha = next->alpha;
    if (!read_later(program, goal, i + 2, gemm->c)) fused.c = next->a;
    return fused;
}

/// dz = (dy·Wᵀ) * phi'(saved) in one product.
std::optional<GemmCall> with_derivative(const Program& program, const Goal& goal, std::size_t i) {
    const auto* gemm = std::get_if<GemmCall>(&program.calls[i]);
    const auto* next = std::get_if<ActivationBackwardCall>(&program.calls[i + 1]);
    if (gemm == nullptr || next == nullptr || next->da != gemm->c) return std::nullopt;
    if (gemm->accumulate || read_later(program, goal, i + 2, gemm->c)) return std::nullopt;
    GemmCall fused = *gemm;
    fused.c = next->dz;
    fused.saved = next->saved;
    fused.activation = next->activation;
    fused.alpha = next->alpha;
    return fused;
}

}  // namespace

void fuse(Program& program, const Goal& goal) {
    std::vector<Call>& calls = program.calls;
    for (std::size_t i = 0; i + 1 < calls.size(); ++i) {
        std::optional<GemmCall> fused = with_activation(program, goal, i);
        if (!fused) fused = with_derivative(program, goal, i);
        if (!fused) continue;
        calls[i] = *fused;
        calls.erase(calls.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        if (program.backward_begin > i + 1) --program.backward_begin;
    }
}

}  // namespace ganglion
