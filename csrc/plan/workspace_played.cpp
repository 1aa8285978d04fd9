#include <algorithm>
#include <limits>
#include <vector>

#include "base/play.h"
#include "plan/workspace.h"

// What a workspace does for a team that is played: it shows that members need not wait where there
// is no barrier, and that what is taken for dead is not read.

namespace ganglion {
namespace {

template <class T>
void poison(AlignedBuffer<T>& memory) {
    std::fill_n(memory.data(), memory.size(), std::numeric_limits<T>::quiet_NaN());
}

}  // namespace

/// A member goes on by itself from barrier to barrier: so it may be at any step when another has
/// its turn. What it has in its scratch memory is for one step.
template <class T>
void Workspace<T>::play(const Job& job, const Team& team, Stop& stop, const Run& run,
                        const StepAlong<T>& updating) {
    poison_before(job.steps.begin, run.rows);
    std::vector<Index> next(static_cast<std::size_t>(team.size()), job.steps.begin);  // by member
    for (const int member : team.play()->turns(team.size(), static_cast<int>(job.steps.size()))) {
        const Index step = next[static_cast<std::size_t>(member)]++;
        poison(scratch_[static_cast<std::size_t>(member)]);
        run_part({step, step + 1}, {member, team.size(), member}, stop, run, updating);
    }
    poison_before(job.steps.end, run.rows);
}

/// Overwrite with NaN all that holds nothing that the step, a later one, or the caller, reads.
template <class T>
void Workspace<T>::poison_before(Index step, Index rows) {
    std::vector<bool> matters(static_cast<std::size_t>(arena_.size()));
    for (std::size_t id = 0; id < plan_.memory.storages.size(); ++id) {
        const Storage& storage = plan_.memory.storages[id];
        const Lifetime& life = plan_.lifetimes[id];
        if (storage.space == Space::arena && life.matters_before(static_cast<std::size_t>(step)))
            std::fill_n(matters.begin() + storage.offset, storage.size(rows), true);
    }
    for (Index i = 0; i < arena_.size(); ++i) {
        if (!matters[static_cast<std::size_t>(i)])
            arena_.data()[i] = std::numeric_limits<T>::quiet_NaN();
    }
}

template void Workspace<float>::play(const Job&, const Team&, Stop&, const Run&,
                                     const StepAlong<float>&);
template void Workspace<double>::play(const Job&, const Team&, Stop&, const Run&,
                                      const StepAlong<double>&);

}  // namespace ganglion
