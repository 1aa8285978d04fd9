#include "plan/workspace.h"

#include <algorithm>

#include "base/thread_limit.h"
#include "kernels/kernels.h"

namespace ganglion {
namespace {

/// Of the blocks of a buffer that begins at `first`.
template <class T>
bool all_finite(const Buffer& buffer, const T* first, const std::vector<Block>& blocks) {
    for (const Block& block : blocks) {
        for (Index i = block.rows.begin; i < block.rows.end; ++i) {
            const T* const position = first + buffer.begin_of(i) - buffer.offset;
            if (!kernels<T>().all_finite(position + block.cols.begin, block.cols.size()))
                return false;
        }
    }
    return true;
}

}  // namespace

int worthwhile_team(double operations, double operations_per_thread) {
    return team_size(static_cast<int>(std::min(operations / operations_per_thread, 1e6)));
}

template <class T>
Workspace<T>::Workspace(const Plan& plan, ParameterBlock<T> parameters,
                        const PackedWeights<T>* packed)
    : plan_(plan), packed_(packed), arena_(plan.arena_size) {
    const auto base_of = [&](Space space) {
        if (space == Space::arena) return arena_.data();
        return space == Space::parameters ? parameters.values : parameters.gradients;
    };
    buffers_of_.resize(plan.memory.storages.size());
    for (std::size_t i = 0; i < plan.memory.buffers.size(); ++i) {
        const auto id = static_cast<BufferId>(i);
        pointers_.push_back(base_of(plan.memory.storage_of(id).space) + plan.memory.begin(id));
        buffers_of_[static_cast<std::size_t>(plan.buffer(id).storage)].push_back(id);
    }
    reserve_team(1);
}

/// Scratch memory that any of the plan's calls may use.
template <class T>
Index Workspace<T>::scratch_size() const {
    Index most = 0;
    for (const Step& step : plan_.steps)
        most = std::max(most, scratch_size_of<T>(step.call, plan_.memory, plan_.max_batch));
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
    return {data, buffer.extent.rows_of(rows), buffer.extent.row_size(), buffer.row_stride};
}

template <class T>
Matrix<T> Workspace<T>::positions(ValueId id, Index rows) {
    const Buffer& buffer = plan_.buffer(plan_.value(id));
    const Extent& extent = buffer.extent;
    return {pointers_[static_cast<std::size_t>(plan_.value(id))],
            extent.rows_of(rows) * extent.positions, extent.channels, buffer.matrix_stride()};
}

template <class T>
Frame<T> Workspace<T>::frame(const Part& part, Stop& stop, const Run& run,
                             const StepAlong<T>& along) {
    return {.memory = plan_.memory,
            .numbers = plan_.numbers,
            .pointers = pointers_,
            .packed = packed_ == nullptr ? nullptr : &packed_->by_buffer(),
            .scratch = scratch_[static_cast<std::size_t>(part.rank)].data(),
            .part = part,
            .rows = plan_.memory.row_share(part, run.rows),
            .stop = stop,
            .run = run,
            .along = along};
}

template <class T>
void Workspace<T>::read_input(ValueId id, const T* rows) {
    const StorageId input = plan_.buffer(plan_.value(id)).storage;
    T* const own = arena_.data() + plan_.memory.storage(input).offset;
    // nothing is written through it: no call writes an input
    T* const base = rows == nullptr ? own : const_cast<T*>(rows);
    for (const BufferId buffer : buffers_of_[static_cast<std::size_t>(input)])
        pointers_[static_cast<std::size_t>(buffer)] = base + plan_.buffer(buffer).offset;
}

template <class T>
std::vector<GradientRows<T>> Workspace<T>::gradient_rows() const {
    const auto pointer = [this](BufferId id) { return pointers_[static_cast<std::size_t>(id)]; };
    std::vector<GradientRows<T>> found;
    for (const RowGradient& one : plan_.row_gradients)
        found.push_back({plan_.memory.begin(one.table), plan_.buffer(one.table).extent.row_size(),
                         pointer(one.rows), pointer(one.count), pointer(one.gradient)});
    return found;
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
void Workspace<T>::remember(const Run& run) {
    Stop never(kNoInterrupt);
    run_part(plan_.remembering, Part(), never, run, {});
}

template <class T>
bool Workspace<T>::run_jobs(const std::vector<Job>& jobs, const Team& team, Stop& stop,
                            const Run& run, const StepAlong<T>& updating) {
    for (const Job& job : jobs) {
        give_out(job, team, stop, run, updating);
        if (stop.poll()) return false;
    }
    return true;
}

template <class T>
void Workspace<T>::give_out(const Job& job, const Team& team, Stop& stop, const Run& run,
                            const StepAlong<T>& updating) {
    if (team.play() != nullptr) return play(job, team, stop, run, updating);
    team.divide(job.row_operations * static_cast<double>(run.rows),
                [&](Part part) noexcept { run_part(job.steps, part, stop, run, updating); });
}

template <class T>
void Workspace<T>::run_part(Range steps, const Part& part, Stop& stop, const Run& run,
                            const StepAlong<T>& updating) {
    Frame<T> mine = frame(part, stop, run, updating);
    for (Index i = steps.begin; i < steps.end; ++i)
        ganglion::run(plan_.steps[static_cast<std::size_t>(i)].call, mine);
    if (!mine.finite) *updating.finite = false;
}

template <class T>
std::string Workspace<T>::first_not_finite(const Run& run) {
    Stop never(kNoInterrupt);
    const StepAlong<T> no_step;
    Frame<T> alone = frame(Part(), never, run, no_step);
    // of buffers for the largest batch, only what this one has touched
    const auto bad = [&](const Call& call, const std::vector<BufferId>& ids) {
        return std::find_if(ids.begin(), ids.end(), [&](BufferId id) {
            const auto touched = touched_of<T>(call, id, plan_.memory, Part(), run.rows);
            return !all_finite<T>(plan_.buffer(id), alone.pointer(id), touched);
        });
    };
    for (std::size_t i = 0; i < plan_.backward_begin; ++i) {
        const Call& call = plan_.steps[i].call;
        const Accesses found = accesses(call);
        const auto read = bad(call, found.reads);
        if (read != found.reads.end()) return plan_.buffer(*read).name;
        ganglion::run(call, alone);
        const auto written = bad(call, found.writes);
        if (written != found.writes.end()) return plan_.buffer(*written).name;
    }
    return "";
}

template class Workspace<float>;
template class Workspace<double>;

}  // namespace ganglion
