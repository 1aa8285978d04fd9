#include <algorithm>

#include "plan/plan.h"

namespace ganglion {
namespace {

/// Weights of fewer elements stay in the caches: one sweep over all is as quick.
constexpr Index kLeastWeight = 64 * 1024;

/// In larger batches a gradient is summed up in memory, block by block of the depth.
constexpr Index kMostRows = 512;

/// Operations of a batch, some 200 ms of them: a pass that updates must not be interrupted. Those
/// of walks take longer by far.
constexpr double kMostOperations = 4e10;

bool touches(const std::vector<BufferId>& buffers, BufferId buffer) {
    return std::find(buffers.begin(), buffers.end(), buffer) != buffers.end();
}

/// The parameters whose whole gradient the call makes alone, or kNoBuffer.
BufferId parameters_of(const Program& program, std::size_t i) {
    const Memory& memory = program.memory;
    const BufferId gradient = steppable_of(program.calls[i]);
    if (gradient == kNoBuffer || memory.storage_of(gradient).space != Space::gradients)
        return kNoBuffer;
    for (std::size_t other = 0; other < program.calls.size(); ++other) {
        if (other != i && touches(accesses(program.calls[other]).writes, gradient))
            return kNoBuffer;
    }
    if (memory.numbers(gradient).size() < kLeastWeight) return kNoBuffer;
    for (std::size_t n = 0; n < memory.buffers.size(); ++n) {
        const auto id = static_cast<BufferId>(n);
        const bool same = memory.storage_of(id).space == Space::parameters &&
                          memory.begin(id) == memory.begin(gradient);
        if (same) return id;
    }
    return kNoBuffer;
}

/// The last call that reads the buffer.
std::size_t last_reader(const Program& program, BufferId buffer) {
    std::size_t last = 0;
    for (std::size_t i = 0; i < program.calls.size(); ++i) {
        if (touches(accesses(program.calls[i]).reads, buffer)) last = i;
    }
    return last;
}

}  // namespace

void fuse_updates(Program& program, Index max_batch, double operations) {
    if (max_batch > kMostRows || operations > kMostOperations) return;
    if (std::any_of(program.calls.begin(), program.calls.end(), is_walk)) return;
    for (std::size_t i = program.calls.size(); i-- > program.backward_begin;) {
        const BufferId parameters = parameters_of(program, i);
        if (parameters == kNoBuffer) continue;
        let_step(program.calls[i], parameters);
        const std::size_t last = last_reader(program, parameters);
        if (last <= i) continue;
        const auto at = [&](std::size_t n) {
            return program.calls.begin() + static_cast<std::ptrdiff_t>(n);
        };
        std::rotate(at(i), at(i + 1), at(last + 1));  // the call after all that read the old values
    }
}

}  // namespace ganglion
