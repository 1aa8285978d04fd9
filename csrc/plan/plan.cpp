#include "plan/plan.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "base/error.h"

namespace ganglion {
namespace {

/// A row of so many operations, some 10 us of them, is worth being shared out by itself; of lighter
/// ones several go together, for tiles.
constexpr double kHeavyRow = 1e6;

double row_operations_of(const Program& program) {
    double total = 0;
    for (const Call& call : program.calls) total += row_operations_of(call, program.memory);
    return total;
}

void check_once(const Graph& graph, std::vector<ValueId> ids, const char* what) {
    std::sort(ids.begin(), ids.end());
    const auto twice = std::adjacent_find(ids.begin(), ids.end());
    if (twice != ids.end()) fail("compile", graph.value(*twice).name, " is twice among the ", what);
}

/// Does an op make it that says so of itself?
bool is_loss(const Graph& graph, ValueId id) {
    const Op* const made = graph.producer(id);
    return made != nullptr &&
           std::visit(
               [](const auto& one) { return requires { std::decay_t<decltype(one)>::is_loss; }; },
               *made);
}

void check_term_weight(const Value& weight) {
    if (weight.kind != ValueKind::input || weight.extent.row_size() != 1)
        fail("compile", weight.name, " has ", columns_of(weight.extent),
             ", what rows count must be an input of 1 column");
}

void check_goal(const Graph& graph, const Goal& goal) {
    for (const ValueId id : goal.outputs) {
        if (graph.value(id).kind == ValueKind::parameter)
            fail("compile", graph.value(id).name, " is a parameter, and cannot be an output");
    }
    std::vector<ValueId> losses;
    for (const Term& term : goal.losses) {
        if (!is_loss(graph, term.loss)) fail("compile", graph.value(term.loss).name, " is no loss");
        if (!std::isfinite(term.factor))
            fail("compile", "a loss's factor is ", term.factor, ", must be finite");
        losses.push_back(term.loss);
    }
    if (goal.term_weight != kNoValue) check_term_weight(graph.value(goal.term_weight));
    check_once(graph, losses, "losses");
    if (goal.losses.empty()) check_once(graph, goal.outputs, "outputs");
    graph.table()->check(goal.groups, "compile");
}

std::vector<Job> jobs_of(const std::vector<Step>& steps, std::size_t begin, std::size_t end) {
    std::vector<Job> jobs;
    for (std::size_t i = begin; i < end; ++i) {
        const auto here = static_cast<Index>(i);
        if (i == begin || steps[i].barrier) jobs.push_back({{here, here}, 0});
        jobs.back().steps.end = here + 1;
        jobs.back().row_operations += steps[i].row_operations;
    }
    return jobs;
}

/// Those at the end that move states.
Range remembering(const std::vector<Step>& steps) {
    std::size_t begin = steps.size();
    while (begin > 0 && moves_state(steps[begin - 1].call)) --begin;
    return {static_cast<Index>(begin), static_cast<Index>(steps.size())};
}

}  // namespace

Plan compile(const Graph& graph, const Goal& goal, Index max_batch) {
    if (max_batch < 1 || max_batch > std::numeric_limits<std::int32_t>::max())
        fail("compile", "max_batch is ", max_batch, ", must be from 1 to 2**31 - 1");
    check_goal(graph, goal);
    Program program = Lowering(graph, goal).run();
    fuse(program, goal);
    cut_depth(program, max_batch);
    const double operations = row_operations_of(program);
    if (operations > kHeavyRow) program.memory.row_grain = 1;
    if (goal.updates) fuse_updates(program, max_batch, operations * static_cast<double>(max_batch));
    std::vector<Lifetime> lives = lifetimes(program, goal);
    return plan_of(std::move(program), std::move(lives), max_batch);
}

Plan plan_of(Program program, std::vector<Lifetime> lives, Index max_batch) {
    const Index arena_size = lay_out(program, lives, max_batch);
    const std::vector<Step> steps = schedule(program, max_batch);
    const std::size_t backward_begin = program.backward_begin;
    const Range last = remembering(steps);
    return {
        .memory = program.memory,
        .steps = steps,
        .backward_begin = backward_begin,
        .forward = jobs_of(steps, 0, backward_begin),
        .backward = jobs_of(steps, backward_begin, static_cast<std::size_t>(last.begin)),
        .remembering = last,
        .lifetimes = std::move(lives),
        .values = program.values,
        .gradients = program.gradients,
        .reached = program.reached,
        .row_gradients = program.row_gradients,
        .numbers = program.numbers,
        .max_batch = max_batch,
        .arena_size = arena_size,
        .row_operations = row_operations_of(program),
        .updates = std::any_of(steps.begin(), steps.end(),
                               [](const Step& step) { return updated_by(step.call) != kNoBuffer; }),
        .no_backward = program.no_backward};
}

void check_fed(const Graph& graph, const Plan& plan, const std::vector<ValueId>& inputs,
               const char* op) {
    check_inputs(graph, inputs, op);
    for (std::size_t i = 0; i < graph.values().size(); ++i) {
        const auto id = static_cast<ValueId>(i);
        const Value& value = graph.values()[i];
        if (value.kind == ValueKind::input && plan.uses(id) &&
            std::find(inputs.begin(), inputs.end(), id) == inputs.end())
            fail(op, value.name, " is read, and is not among the inputs");
    }
}

}  // namespace ganglion
