#pragma once

#include <string>
#include <vector>

#include "graph/lowering.h"
#include "plan/lifetimes.h"
#include "program/program.h"

namespace ganglion {

struct Step {
    Call call;
    bool barrier;           // all parts of the steps before must be done
    double row_operations;  // of a matrix product, for one row of a batch
};

/// The steps up to the next barrier: what a team is given at once. From barrier to barrier a part
/// goes on by itself: its rows are its own in all of those steps.
struct Job {
    Range steps;
    double row_operations;  // of the matrix products, for one row of a batch
};

/// How to compute a graph: a flat list of steps over one arena, for batches of up to `max_batch`
/// rows. Immutable, and without memory of its own: a Workspace runs it.
struct Plan {
    Memory memory;
    std::vector<Step> steps;
    std::size_t backward_begin;
    std::vector<Job> forward;
    std::vector<Job> backward;
    Range remembering;                       // the steps that move states, when all else is done
    std::vector<Lifetime> lifetimes;         // by StorageId
    std::vector<BufferId> values;            // by ValueId; kNoBuffer where the plan does without
    std::vector<BufferId> gradients;         // by ValueId: of inputs, and those the caller gives
    std::vector<Range> reached;              // the parameters that have whole gradients, in order
    std::vector<RowGradient> row_gradients;  // of tables that have gradients of rows
    std::vector<double> numbers;             // the program's
    Index max_batch;
    Index arena_size;         // elements
    double row_operations;    // of the matrix products, for one row of a batch
    bool updates;             // its backward pass updates weights, and must be run to its end
    std::string no_backward;  // why there is no backward pass; "" if there is one

    const Buffer& buffer(BufferId id) const { return memory.buffer(id); }
    BufferId value(ValueId id) const { return values[static_cast<std::size_t>(id)]; }
    /// Does anything read it, or is it wanted?
    bool uses(ValueId id) const { return id != kNoValue && value(id) != kNoBuffer; }
    BufferId gradient(ValueId id) const { return gradients[static_cast<std::size_t>(id)]; }
    /// Of a batch: for fewer rows than four the weights have to be read all the same.
    double operations(Index rows) const {
        const Index counted = rows == 0 || rows > 4 ? rows : 4;
        return row_operations * static_cast<double>(counted);
    }
};

/// Lower the graph, fuse, lay out the arena and set the barriers.
/// Throws std::invalid_argument when the goal cannot be computed.
Plan compile(const Graph& graph, const Goal& goal, Index max_batch);

/// Lay out the arena for storages that live so long, and set the barriers.
Plan plan_of(Program program, std::vector<Lifetime> lives, Index max_batch);

/// Throws std::invalid_argument, naming `op`, unless `inputs` are inputs of the graph, each once,
/// and all that the plan reads are there.
void check_fed(const Graph& graph, const Plan& plan, const std::vector<ValueId>& inputs,
               const char* op);

/// Merge each matrix product with the activation, or derivative, that directly follows it.
void fuse(Program& program, const Goal& goal);

/// Cut the depth of products over a batch's rows and positions where it is large and the result
/// small.
void cut_depth(Program& program, Index max_batch);

/// Let the product that makes the gradient of a large weight update it, block by block, after the
/// last call that reads it. `operations` are those of a batch.
void fuse_updates(Program& program, Index max_batch, double operations);

/// Give every storage of the arena its offset, such that those in use at the same time do not
/// overlap. Returns the arena's size in elements.
Index lay_out(Program& program, const std::vector<Lifetime>& lives, Index max_batch);

/// Put barriers where a step needs, or overwrites, what other parts made or read: also before the
/// first, whose inputs the caller filled.
std::vector<Step> schedule(const Program& program, Index max_batch);

}  // namespace ganglion
