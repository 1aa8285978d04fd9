#include "plan/traffic.h"

#include "base/error.h"
#include "kernels/kernels.h"

namespace ganglion {

template <class T>
Traffic<T>::Traffic(const Plan& plan, Index rows, int members)
    : plan_(plan), rows_(rows), members_(members), arena_(plan.memory.storages.size()) {
    if (rows < 1 || rows > plan.max_batch)
        fail("team_costs", "rows is ", rows, ", must be from 1 to ", plan.max_batch);
    if (members < 1 || members > kMostMembers)
        fail("team_costs", "members is ", members, ", must be from 1 to ", kMostMembers);
    const auto extend = [](std::vector<Holders>& all, Index size) {
        all.resize(std::max(all.size(), static_cast<std::size_t>(size)));
    };
    for (std::size_t id = 0; id < plan.memory.storages.size(); ++id) {
        const Storage& storage = plan.memory.storages[id];
        const Index size = storage.size(rows);
        if (storage.space == Space::parameters) extend(parameters_, storage.offset + size);
        if (storage.space == Space::gradients) extend(gradients_, storage.offset + size);
        if (storage.space == Space::arena) extend(arena_[id], size);
    }
}

/// Some rows of a buffer, as the matrix that it makes.
template <class T>
auto Traffic<T>::part_of(BufferId id, Index begin, Index end) -> Matrix<Holders> {
    const Buffer& buffer = plan_.buffer(id);
    const Storage& storage = plan_.memory.storage_of(id);
    std::vector<Holders>& arena = arena_[static_cast<std::size_t>(buffer.storage)];
    Holders* const base = storage.space == Space::parameters  ? parameters_.data() + storage.offset
                          : storage.space == Space::gradients ? gradients_.data() + storage.offset
                                                              : arena.data();
    return {base + buffer.offset + begin * buffer.row_stride,
            (end - begin) * buffer.extent.positions, buffer.extent.channels,
            buffer.matrix_stride()};
}

template <class T>
auto Traffic<T>::rows_of(BufferId id, const Part& part) -> Matrix<Holders> {
    const Range share = plan_.memory.row_share(part, rows_);
    return part_of(id, share.begin, share.end);
}

template <class T>
auto Traffic<T>::row(std::vector<Holders>& all, Range numbers) -> Matrix<Holders> {
    return {all.data() + numbers.begin, 1, numbers.size(), numbers.size()};
}

template <class T>
void Traffic<T>::read(Matrix<Holders> what, const Part& part) {
    const Holders mine = Holders{1} << part.rank;
    Index missing = 0;
    for (Index i = 0; i < what.rows; ++i) {
        for (Index j = 0; j < what.cols; ++j) {
            Holders& holders = *what.at(i, j);
            missing += (holders & mine) == 0;
            holders |= mine;
        }
    }
    costs_.bytes += missing * static_cast<Index>(sizeof(T));
}

template <class T>
void Traffic<T>::write(Matrix<Holders> what, const Part& part) {
    for (Index i = 0; i < what.rows; ++i) {
        for (Index j = 0; j < what.cols; ++j) *what.at(i, j) = Holders{1} << part.rank;
    }
}

template <class T>
void Traffic<T>::run(const std::vector<Job>& jobs) {
    for (const Job& job : jobs) {
        give_out([&](const Part& part) {
            for (Index i = job.steps.begin; i < job.steps.end; ++i)
                run_part(plan_.steps[static_cast<std::size_t>(i)].call, part);
        });
    }
}

template <class T>
auto Traffic<T>::touched(const Call& call, BufferId id, const Part& part) -> Matrix<Holders> {
    const Block block = touched_of<T>(call, id, plan_.memory, part, rows_);
    const Matrix<Holders> all = whole(id);
    return {all.at(block.rows.begin, block.cols.begin), block.rows.size(), block.cols.size(),
            all.row_stride};
}

template <class T>
void Traffic<T>::run_part(const Call& call, const Part& part) {
    const Accesses found = accesses(call);
    for (const BufferId id : found.reads) read(touched(call, id, part), part);
    for (const BufferId id : found.writes) write(touched(call, id, part), part);
    const Work work = work_of<T>(call, plan_.memory, part, rows_);
    operations_ += work.operations;
    updates_ += work.updates;
}

template class Traffic<float>;
template class Traffic<double>;

}  // namespace ganglion
