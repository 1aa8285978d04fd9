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

template <class T>
auto Traffic<T>::blocks_of(BufferId id, const std::vector<Block>& blocks) -> Stretches {
    const Buffer& buffer = plan_.buffer(id);
    const Storage& storage = plan_.memory.storage_of(id);
    std::vector<Holders>& arena = arena_[static_cast<std::size_t>(buffer.storage)];
    Holders* const base = storage.space == Space::parameters  ? parameters_.data() + storage.offset
                          : storage.space == Space::gradients ? gradients_.data() + storage.offset
                                                              : arena.data();
    Stretches found;
    for (const Block& block : blocks) {
        for (Index i = block.rows.begin; i < block.rows.end; ++i)
            found.emplace_back(base + buffer.begin_of(i) + block.cols.begin,
                               static_cast<std::size_t>(block.cols.size()));
    }
    return found;
}

template <class T>
auto Traffic<T>::some_rows(BufferId id, Range rows) -> Stretches {
    const Extent& extent = plan_.buffer(id).extent;
    const Range positions{rows.begin * extent.positions, rows.end * extent.positions};
    return blocks_of(id, {{positions, {0, extent.channels}}});
}

template <class T>
auto Traffic<T>::stretch_of(std::vector<Holders>& all, Range numbers) -> Stretches {
    return {{all.data() + numbers.begin, static_cast<std::size_t>(numbers.size())}};
}

template <class T>
void Traffic<T>::read(const Stretches& what, const Part& part) {
    const Holders mine = Holders{1} << part.rank;
    Index missing = 0;
    for (const std::span<Holders> stretch : what) {
        for (Holders& holders : stretch) {
            missing += (holders & mine) == 0;
            holders |= mine;
        }
    }
    costs_.bytes += missing * static_cast<Index>(sizeof(T));
}

template <class T>
void Traffic<T>::write(const Stretches& what, const Part& part) {
    for (const std::span<Holders> stretch : what)
        std::fill(stretch.begin(), stretch.end(), Holders{1} << part.rank);
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
