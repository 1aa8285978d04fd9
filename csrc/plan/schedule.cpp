#include <algorithm>

#include "plan/plan.h"

namespace ganglion {
namespace {

/// What conflicts of two steps are about: a storage's stretch of memory.
class Conflicts {
  public:
    Conflicts(const Memory& memory, Index max_batch) : memory_(memory), max_batch_(max_batch) {}

    /// Must `later` wait for every part of `earlier`?
    bool between(const Step& earlier, const Step& later) const {
        const bool by_rows = division_of(earlier.call, memory_) == Division::rows &&
                             division_of(later.call, memory_) == Division::rows;
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

    /// Steps divided by rows touch only their own rows of a storage; rows of different storages
    /// that share memory lie elsewhere.
    bool meet(BufferId x, BufferId y, bool by_rows) const {
        if (memory_.buffer(x).storage == memory_.buffer(y).storage) return !by_rows;
        const Storage& a = memory_.storage_of(x);
        const Storage& b = memory_.storage_of(y);
        return a.space == b.space && a.offset < b.offset + b.size(max_batch_) &&
               b.offset < a.offset + a.size(max_batch_);
    }

    const Memory& memory_;
    Index max_batch_;
};

}  // namespace

std::vector<Step> schedule(const Program& program, Index max_batch) {
    const Conflicts conflicts(program.memory, max_batch);
    std::vector<Step> steps;
    std::size_t since = 0;  // the first step after the last barrier
    for (std::size_t i = 0; i < program.calls.size(); ++i) {
        Step step{program.calls[i], false, row_operations_of(program.calls[i], program.memory)};
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
