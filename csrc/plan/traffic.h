#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "plan/plan.h"

namespace ganglion {

/// What a batch costs a team, beside what one thread would spend on it.
struct TeamCosts {
    Index jobs = 0;   // works given out, each of which ends with a wait for all
    Index bytes = 0;  // that come to a member from another, which wrote them last
    // Of each job that of the member with most to do:
    double operations = 0;  // of matrix products
    Index updates = 0;      // parameters that make a step
};

/// Follows a team through a plan's steps, without computing anything, and counts what it costs. It
/// knows of each number who has it as it was last written, in caches that nothing ever leaves.
/// Arrays that share memory one after the other are taken as apart.
template <class T>
class Traffic {
  public:
    using Holders = std::uint64_t;  // a bit for each member
    using Stretches = std::vector<std::span<Holders>>;
    static constexpr int kMostMembers = 64;

    /// The plan must outlive it. Throws std::invalid_argument where `rows` are not from 1 to the
    /// plan's largest batch, or `members` not from 1 to kMostMembers.
    Traffic(const Plan& plan, Index rows, int members);

    /// What each further call of `batch` costs, which runs, gives out jobs, reads and writes.
    template <class Batch>
    TeamCosts each_time(const Batch& batch) {
        batch();
        costs_ = {};
        batch();
        return costs_;
    }

    /// As a Workspace gives them out.
    void run(const std::vector<Job>& jobs);

    /// A job of the caller's: call `body(part)` for each member.
    template <class Body>
    void give_out(const Body& body) {
        ++costs_.jobs;
        double operations = 0;
        Index updates = 0;
        for (int rank = 0; rank < members_; ++rank) {
            operations_ = 0;
            updates_ = 0;
            body(Part{rank, members_, rank});
            operations = std::max(operations, operations_);
            updates = std::max(updates, updates_);
        }
        costs_.operations += operations;
        costs_.updates += updates;
    }

    Stretches whole(BufferId id) {
        return some_rows(id, {0, plan_.buffer(id).extent.rows_of(rows_)});
    }
    /// A member's share of the batch's rows.
    Stretches rows_of(BufferId id, const Part& part) {
        return some_rows(id, plan_.memory.row_share(part, rows_));
    }
    Stretches parameters(Range numbers) { return stretch_of(parameters_, numbers); }
    Stretches gradients(Range numbers) { return stretch_of(gradients_, numbers); }

    void read(const Stretches& what, const Part& part);
    void write(const Stretches& what, const Part& part);
    /// So many parameters make a step.
    void update(Index parameters) { updates_ += parameters; }

  private:
    static Stretches stretch_of(std::vector<Holders>& all, Range numbers);
    Stretches some_rows(BufferId id, Range rows);
    Stretches blocks_of(BufferId id, const std::vector<Block>& blocks);
    Stretches touched(const Call& call, BufferId id, const Part& part) {
        return blocks_of(id, touched_of<T>(call, id, plan_.memory, part, rows_));
    }
    void run_part(const Call& call, const Part& part);

    const Plan& plan_;
    Index rows_;
    int members_;
    std::vector<Holders> parameters_;
    std::vector<Holders> gradients_;
    std::vector<std::vector<Holders>> arena_;  // by StorageId
    TeamCosts costs_;
    double operations_ = 0;  // of the member's part
    Index updates_ = 0;
};

}  // namespace ganglion
