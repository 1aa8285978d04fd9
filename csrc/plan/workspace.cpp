#include "plan/workspace.h"

#include <algorithm>
#include <cmath>

#include "base/thread_limit.h"
#include "plan/execute.h"

namespace ganglion {
namespace {

template <class T>
bool all_finite(Matrix<const T> x) {
    return kernels<T>().all_finite(x.data, x.rows * x.cols);
}

}  // namespace

int worthwhile_team(double operations, double operations_per_thread) {
    return team_size(static_cast<int>(std::min(operations / operations_per_thread, 1e6)));
}

template <class T>
Workspace<T>::Workspace(const Plan& plan, ParameterBlock<T> parameters,
                        const PackedWeights<T>* packed)
    : plan_(plan), packed_(packed), arena_(plan.arena_size) {
    for (const Buffer& buffer : plan.buffers) {
        T* const base = buffer.space == Space::arena        ? arena_.data()
                        : buffer.space == Space::parameters ? parameters.values
                                                            : parameters.gradients;
        pointers_.push_back(base + buffer.offset);
    }
    reserve_team(1);
}

/// Scratch memory that the largest of the plan's products may use.
template <class T>
Index Workspace<T>::scratch_size() const {
    Index most = 0;
    const auto rows = [&](const Buffer& buffer) {
        return buffer.rows == kBatch ? plan_.max_batch : buffer.rows;
    };
    for (const Step& step : plan_.steps) {
        const auto* gemm = std::get_if<GemmCall>(&step.call);
        if (gemm == nullptr) continue;
        const Buffer& a = plan_.buffer(gemm->a);
        const Buffer& c = plan_.buffer(gemm->c);
        const Index depth = gemm->transpose_a ? rows(a) : a.cols;
        const bool updates = gemm->updated != kNoBuffer;
        most = std::max(most, kernels<T>().gemm_scratch_size(rows(c), c.cols, depth, updates));
    }
    return most;
}

template <class T>
void Workspace<T>::reserve_team(int size) {
    if (scratch_.size() >= static_cast<std::size_t>(size)) return;
    const Index elements = scratch_size();
    while (scratch_.size() < static_cast<std::size_t>(size)) scratch_.emplace_back(elements);
}

template <class T>
Matrix<T> Workspace<T>::matrix(BufferId id, Index rows) {
    if (id == kNoBuffer) return {};
    const Buffer& buffer = plan_.buffer(id);
    T* const data = pointers_[static_cast<std::size_t>(id)];
    return {data, buffer.rows == kBatch ? rows : buffer.rows, buffer.cols, buffer.cols};
}

template <class T>
void Workspace<T>::read_input(ValueId id, const T* rows) {
    const BufferId input = at(plan_.values, id);
    T* const own = arena_.data() + plan_.buffer(input).offset;
    // nothing is written through it: no call writes an input
    pointers_[static_cast<std::size_t>(input)] = rows == nullptr ? own : const_cast<T*>(rows);
}

template <class T>
bool Workspace<T>::forward(const Team& team, Stop& stop, const Run& run) {
    return run_jobs(plan_.forward, team, stop, run, {});
}

template <class T>
bool Workspace<T>::backward(const Team& team, Stop& stop, const Run& run) {
    return backward_updating(team, stop, run, {});
}

template <class T>
bool Workspace<T>::backward_updating(const Team& team, Stop& stop, const Run& run,
                                     const StepAlong<T>& updating) {
    return run_jobs(plan_.backward, team, stop, run, updating);
}

template <class T>
bool Workspace<T>::run_jobs(const std::vector<Job>& jobs, const Team& team, Stop& stop,
                            const Run& run, const StepAlong<T>& updating) {
    for (const Job& job : jobs) {
        team.divide(job.row_operations * static_cast<double>(run.rows),
                    [&](Part part) noexcept { run_part(job.steps, part, stop, run, updating); });
        if (stop.poll()) return false;
    }
    return true;
}

template <class T>
void Workspace<T>::run_part(Range steps, const Part& part, Stop& stop, const Run& run,
                            const StepAlong<T>& updating) {
    T* const scratch = scratch_[static_cast<std::size_t>(part.rank)].data();
    Executor<T> execute(plan_, pointers_, packed_, scratch, part, stop, run, updating.update);
    for (Index i = steps.begin; i < steps.end; ++i) {
        execute(plan_.steps[static_cast<std::size_t>(i)]);
    }
    if (!execute.updates_are_finite()) *updating.finite = false;
}

template <class T>
std::string Workspace<T>::first_not_finite(const Run& run) {
    Stop never(kNoInterrupt);
    Executor<T> execute(plan_, pointers_, packed_, scratch_[0].data(), Part(), never, run, nullptr);
    const auto bad = [&](const std::vector<BufferId>& ids) {
        return std::find_if(ids.begin(), ids.end(),
                            [&](BufferId id) { return !all_finite<T>(matrix(id, run.rows)); });
    };
    for (std::size_t i = 0; i < plan_.backward_begin; ++i) {
        const Accesses found = accesses(plan_.steps[i].call);
        const auto read = bad(found.reads);
        if (read != found.reads.end()) return plan_.buffer(*read).name;
        execute(plan_.steps[i]);
        const auto written = bad(found.writes);
        if (written != found.writes.end()) return plan_.buffer(*written).name;
    }
    return "";
}

template class Workspace<float>;
template class Workspace<double>;

}  // namespace ganglion
