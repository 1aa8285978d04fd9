#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "plan/plan.h"

// What is wrong with a plan, found by looking at each number of its memory, without computing.

namespace ganglion::testing {

/// The memory of a run, number by number: the arena, then the parameters, then their gradients.
class Numbers {
  public:
    Numbers(const Plan& plan, Index batch) : plan_(plan), batch_(batch) {
        for (const Storage& storage : plan.memory.storages) {
            if (storage.space != Space::arena)
                parameters_ = std::max(parameters_, storage.offset + storage.size(batch));
        }
    }

    std::size_t size() const {
        return static_cast<std::size_t>(plan_.arena_size + 2 * parameters_);
    }

    /// Call `visit(number)` for what a part of a call touches of a buffer.
    template <class T, class Visit>
    void each_touched(const Call& call, BufferId id, const Part& part, const Visit& visit) const {
        const Buffer& buffer = plan_.buffer(id);
        for (const Block& block : touched_of<T>(call, id, plan_.memory, part, batch_)) {
            for (Index i = block.rows.begin; i < block.rows.end; ++i) {
                const Index first = base(buffer.storage) + buffer.begin_of(i);
                for (Index j = block.cols.begin; j < block.cols.end; ++j)
                    visit(static_cast<std::size_t>(first + j));
            }
        }
    }

    template <class Visit>
    void each(StorageId id, const Visit& visit) const {
        for (Index i = 0; i < plan_.memory.storage(id).size(batch_); ++i)
            visit(static_cast<std::size_t>(base(id) + i));
    }

  private:
    Index base(StorageId id) const {
        const Storage& storage = plan_.memory.storage(id);
        return storage.offset + (storage.space == Space::arena ? 0 : plan_.arena_size) +
               (storage.space == Space::gradients ? parameters_ : 0);
    }

    const Plan& plan_;
    Index batch_;
    Index parameters_ = 0;
};

/// From one barrier to the next, does a member write what another reads or writes?
template <class T>
bool races(const Plan& plan, int members, Index batch) {
    const Numbers numbers(plan, batch);
    std::vector<std::uint8_t> readers(numbers.size());  // a bit for each member
    std::vector<std::uint8_t> writers(numbers.size());
    const auto note = [&](std::vector<std::uint8_t>& who, const Call& call,
                          const std::vector<BufferId>& ids, int rank) {
        const auto mine = static_cast<std::uint8_t>(1U << static_cast<unsigned>(rank));
        for (const BufferId id : ids) {
            numbers.each_touched<T>(call, id, Part{rank, members, rank}, [&](std::size_t i) {
                who[i] = static_cast<std::uint8_t>(who[i] | mine);
            });
        }
    };
    const auto in_job = [&](const Job& job) {
        std::fill(readers.begin(), readers.end(), 0);
        std::fill(writers.begin(), writers.end(), 0);
        for (Index i = job.steps.begin; i < job.steps.end; ++i) {
            const Call& call = plan.steps[static_cast<std::size_t>(i)].call;
            for (int rank = 0; rank < members; ++rank) {
                note(readers, call, accesses(call).reads, rank);
                note(writers, call, accesses(call).writes, rank);
            }
        }
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            const unsigned all = readers[i] | writers[i];
            if (writers[i] != 0 && (all & (all - 1)) != 0) return true;
        }
        return false;
    };
    return std::any_of(plan.forward.begin(), plan.forward.end(), in_job) ||
           std::any_of(plan.backward.begin(), plan.backward.end(), in_job);
}

/// Follows the content of the arena through a plan on one thread, where before each job what is
/// dead is lost.
template <class T>
class Contents {
  public:
    /// `given`: what the caller fills, as the lifetimes of the right plan say.
    Contents(const Plan& plan, const std::vector<Lifetime>& given, Index batch)
        : plan_(plan), given_(given), numbers_(plan, batch), holds_(numbers_.size(), kNothing) {}

    /// Is anything read that is no longer there, at last what the caller `keeps`?
    bool are_lost(const std::vector<BufferId>& kept) {
        give(0, plan_.backward_begin);
        for (const Job& job : plan_.forward) run(job);
        give(plan_.backward_begin, plan_.steps.size());
        for (const Job& job : plan_.backward) run(job);
        run_all(plan_.remembering);
        for (const BufferId id : kept) {
            const StorageId storage = plan_.buffer(id).storage;
            numbers_.each(storage, [&](std::size_t i) { lost_ |= holds_[i] != storage; });
        }
        return lost_;
    }

  private:
    static constexpr StorageId kNothing = -1;

    bool is_in_arena(StorageId id) const { return plan_.memory.storage(id).space == Space::arena; }

    void give(std::size_t begin, std::size_t end) {
        for (std::size_t id = 0; id < given_.size(); ++id) {
            const Lifetime& life = given_[id];
            if (!life.given || life.first < begin || life.first >= end) continue;
            const auto storage = static_cast<StorageId>(id);
            numbers_.each(storage, [&](std::size_t i) { holds_[i] = storage; });
        }
    }

    void lose_before(Index step) {
        std::vector<bool> matters(numbers_.size());
        for (std::size_t id = 0; id < plan_.lifetimes.size(); ++id) {
            const auto storage = static_cast<StorageId>(id);
            if (plan_.lifetimes[id].matters_before(static_cast<std::size_t>(step)))
                numbers_.each(storage, [&](std::size_t i) { matters[i] = true; });
        }
        for (std::size_t i = 0; i < static_cast<std::size_t>(plan_.arena_size); ++i) {
            if (!matters[i]) holds_[i] = kNothing;
        }
    }

    void run(const Call& call) {
        const Accesses found = accesses(call);
        for (const BufferId id : found.reads) {
            const StorageId storage = plan_.buffer(id).storage;
            if (!is_in_arena(storage)) continue;
            numbers_.each_touched<T>(call, id, Part{},
                                     [&](std::size_t i) { lost_ |= holds_[i] != storage; });
        }
        for (const BufferId id : found.writes) {
            const StorageId storage = plan_.buffer(id).storage;
            numbers_.each_touched<T>(call, id, Part{}, [&](std::size_t i) { holds_[i] = storage; });
        }
    }

    void run(const Job& job) {
        lose_before(job.steps.begin);
        run_all(job.steps);
        lose_before(job.steps.end);
    }

    void run_all(Range steps) {
        for (Index i = steps.begin; i < steps.end; ++i)
            run(plan_.steps[static_cast<std::size_t>(i)].call);
    }

    const Plan& plan_;
    const std::vector<Lifetime>& given_;
    Numbers numbers_;
    std::vector<StorageId> holds_;  // whose content each number is
    bool lost_ = false;
};

}  // namespace ganglion::testing
