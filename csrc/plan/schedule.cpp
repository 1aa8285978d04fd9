#include <algorithm>
#include <utility>

#include "plan/plan.h"

namespace ganglion {
namespace {

/// Weights of so many elements are better read by one member each than by every member.
constexpr Index kSharedWeight = 64 * 1024;

Division division_of(const Program& program, const Call& call) {
    const auto* gemm = std::get_if<GemmCall>(&call);
    if (gemm == nullptr) return Division::rows;
    if (program.buffer(gemm->c).rows != kBatch) return Division::tiles;
    const Buffer& weight = program.buffer(gemm->b);
    return weight.rows * weight.cols < kSharedWeight ? Division::rows : Division::tiles;
}

/// What conflicts of two steps are about: a buffer's stretch of memory.
class Conflicts {
  public:
    Conflicts(const Program& program, Index max_batch) : program_(program), max_batch_(max_batch) {}

    /// Must `later` wait for every part of `earlier`?
    bool between(const Step& earlier, const Step& later) const {
        const bool by_rows = earlier.division == Division::rows && later.division == Division::rows;
        const Accesses before = accesses(earlier.call);
        const Accesses after = accesses(later.call);
        return meet(before.writes, after.reads, by_rows) ||
               meet(before.writes, after.writes, by_rows) ||
               meet(before.reads, after.writes, by_rows);
    }

  private:
    bool meet(const std::vector<BufferId>& a, const std::vector<BufferId>& b, bool by_rows) const {
        return std::any_of(a.begin(), a.end(), [&](BufferId x) {
            return std::any_of(b.begin(), b.end(), [&](BufferId y) { return meet(x, y, by_rows); });
        });
    }

    /// Steps divided by rows touch only their own rows of the same buffer; rows of different
    /// buffers that share memory lie elsewhere.
    bool meet(BufferId x, BufferId y, bool by_rows) const {
        if (x == y) return !by_rows;
        const Buffer& a = program_.buffer(x);
        const Buffer& b = program_.buffer(y);
        return a.space == b.space && a.offset < b.offset + size(b) && b.offset < a.offset + size(a);
    }

    Index size(const Buffer& buffer) const {
        return (buffer.rows == kBatch ? max_batch_ : buffer.rows) * buffer.cols;
    }

    const Program& program_;
    Index max_batch_;
};

}  // namespace

std::vector<Step> schedule(const Program& program, Index max_batch) {
    const Conflicts conflicts(program, max_batch);
    std::vector<Step> steps;
    std::size_t since = 0;  // the first step after the last barrier
    for (std::size_t i = 0; i < program.calls.size(); ++i) {
        const Call& call = program.calls[i];
        Step step{call, division_of(program, call), false, operations_per_row(program, call)};
        step.barrier =
            i == 0 ||  // the caller's team has just filled the inputs
            std::any_of(steps.begin() + static_cast<std::ptrdiff_t>(since), steps.end(),
                        [&](const Step& earlier) { return conflicts.between(earlier, step); });
        if (step.barrier) since = i;
        steps.push_back(std::move(step));
    }
    return steps;
}

}  // namespace ganglion
