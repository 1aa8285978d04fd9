#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "plan_cases.h"

// Plans with one mistake each.

namespace ganglion::testing {

struct Mutant {
    std::string what;
    Plan plan;
};

/// Two jobs without the barrier between them.
inline std::vector<Mutant> without_barriers(const Case& c) {
    const Plan plan = plan_of(c.program, c.lives, kRows);
    std::vector<Mutant> mutants;
    for (std::vector<Job> Plan::* pass : {&Plan::forward, &Plan::backward}) {
        for (std::size_t i = 1; i < (plan.*pass).size(); ++i) {
            const std::string step = std::to_string((plan.*pass)[i].steps.begin);
            Mutant mutant{"no barrier before step " + step, plan};
            std::vector<Job>& jobs = mutant.plan.*pass;
            jobs[i - 1].steps.end = jobs[i].steps.end;
            jobs.erase(jobs.begin() + static_cast<std::ptrdiff_t>(i));
            mutants.push_back(std::move(mutant));
        }
    }
    return mutants;
}

/// The last call before `end` that touches a storage.
inline std::size_t last_access(const Program& program, StorageId id, std::size_t end) {
    const auto lies_there = [&](BufferId buffer) {
        return program.memory.buffer(buffer).storage == id;
    };
    while (end-- > 0) {
        const Accesses found = accesses(program.calls[end]);
        if (std::any_of(found.reads.begin(), found.reads.end(), lies_there) ||
            std::any_of(found.writes.begin(), found.writes.end(), lies_there))
            return end;
    }
    return 0;
}

/// Memory that is forgotten before it is read for the last time.
inline std::vector<Mutant> with_shorter_lifetimes(const Case& c) {
    std::vector<Mutant> mutants;
    for (std::size_t id = 0; id < c.lives.size(); ++id) {
        if (!c.lives[id].used || c.program.memory.storages[id].space != Space::arena) continue;
        std::vector<Lifetime> lives = c.lives;
        lives[id].last = last_access(c.program, static_cast<StorageId>(id), lives[id].last);
        lives[id].first = std::min(lives[id].first, lives[id].last);
        mutants.push_back({"too short a life of storage " + std::to_string(id),
                           plan_of(c.program, lives, kRows)});
    }
    return mutants;
}

/// Puts `other` where a call reads `omitted`.
struct Omission {
    BufferId omitted;
    BufferId other;

    void put(BufferId& operand) const {
        if (operand == omitted) operand = other;
    }
    void operator()(GemmCall& call) const {
        for (BufferId* operand : {&call.a, &call.b, &call.bias, &call.saved}) put(*operand);
        if (call.c == omitted) call.accumulate = false;
        if (call.column_sums == omitted) call.accumulate_sums = false;
    }
    void operator()(DeepGemmCall& call) const { (*this)(call.product); }
    void operator()(AddPartsCall& call) const { put(call.parts); }
    void operator()(ActivationCall& call) const { put(call.z); }
    void operator()(ActivationBackwardCall& call) const {
        put(call.saved);
        put(call.da);
    }
    void operator()(SoftmaxCall& call) const { put(call.z); }
    void operator()(SoftmaxBackwardCall& call) const {
        put(call.a);
        put(call.da);
    }
    void operator()(KeepLargestCall& call) const {
        put(call.x);
        put(call.from);
    }
    void operator()(SimpleRNNCall& call) const {
        put(call.z);
        put(call.recurrent);
    }
    void operator()(SimpleRNNBackwardCall& call) const {
        for (BufferId* operand : {&call.saved, &call.dh, &call.recurrent}) put(*operand);
    }
    void operator()(LSTMCall& call) const {
        put(call.z);
        put(call.recurrent);
    }
    void operator()(LSTMBackwardCall& call) const {
        for (BufferId* operand : {&call.gates, &call.c, &call.activated, &call.dy, &call.recurrent})
            put(*operand);
    }
    void operator()(GRUCall& call) const {
        for (BufferId* operand : {&call.z, &call.recurrent, &call.bias}) put(*operand);
    }
    void operator()(GRUBackwardCall& call) const {
        for (BufferId* operand : {&call.gates, &call.h, &call.dy, &call.recurrent}) put(*operand);
    }
    void operator()(CorruptCall& call) const { put(call.x); }
    void operator()(AddNoiseCall& call) const { put(call.x); }
    void operator()(SampleCall& call) const {
        put(call.mean);
        put(call.log_variance);
    }
    void operator()(SampleBackwardCall& call) const {
        put(call.dy);
        put(call.log_variance);
    }
    void operator()(AddCall& call) const {
        put(call.a);
        put(call.b);
    }
    void operator()(MultiplyCall& call) const {
        put(call.a);
        put(call.b);
    }
    void operator()(ClearCall&) const {}
    void operator()(BeginGradientCall& call) const { put(call.weight); }
    void operator()(L1L2Call& call) const { put(call.x); }
    void operator()(L1L2BackwardCall& call) const {
        put(call.x);
        put(call.dy);
        if (call.dx == omitted) call.accumulate = false;
    }
    void operator()(NormalKLCall& call) const {
        put(call.mean);
        put(call.log_variance);
    }
    void operator()(NormalKLBackwardCall& call) const {
        put(call.log_variance);
        put(call.dy);
        if (call.dx == omitted) call.accumulate = false;
    }
    void operator()(SparsityCall& call) const {
        put(call.sums);
        put(call.total);
    }
    void operator()(SparsityBackwardCall& call) const {
        for (BufferId* operand : {&call.sums, &call.dy, &call.total}) put(*operand);
        if (call.dsums == omitted) call.accumulate = false;
    }
    void operator()(AddRowCall& call) const {
        put(call.row);
        put(call.weight);
        if (call.y == omitted) call.accumulate = false;
    }
    void operator()(GatherRowsCall& call) const {
        put(call.numbers);
        put(call.table);
    }
    void operator()(AddToRowsCall& call) const {
        put(call.numbers);
        put(call.dy);
        put(call.count);
        if (call.sums == omitted) call.accumulate = false;
    }
    void operator()(ListRowsCall& call) const { put(call.numbers); }
    void operator()(SumRowsCall& call) const {
        put(call.x);
        put(call.weight);
        if (call.sums == omitted) call.accumulate = false;
    }
    void put(Statistics& by) const {
        for (BufferId* operand : {&by.mean, &by.rest, &by.variance}) put(*operand);
    }
    void operator()(MomentsCall& call) const { put(call.x); }
    void operator()(MergeMomentsCall& call) const {
        put(call.parts);
        put(call.moments);
    }
    void operator()(RunningMomentsCall& call) const {
        for (BufferId* operand : {&call.moments, &call.mean, &call.variance}) put(*operand);
    }
    void operator()(NormalizeChannelsCall& call) const {
        for (BufferId* operand : {&call.x, &call.weight, &call.bias}) put(*operand);
        put(call.by);
    }
    void operator()(ChannelGradientSumsCall& call) const {
        put(call.x);
        put(call.dy);
        put(call.by);
    }
    void operator()(NormalizeChannelsBackwardCall& call) const {
        for (BufferId* operand : {&call.x, &call.dy, &call.weight, &call.sums}) put(*operand);
        put(call.by);
    }
    void operator()(NormalizePositionsCall& call) const {
        for (BufferId* operand : {&call.x, &call.weight, &call.bias}) put(*operand);
    }
    void operator()(PositionGradientSumsCall& call) const {
        for (BufferId* operand : {&call.x, &call.dy, &call.moments}) put(*operand);
    }
    void operator()(NormalizePositionsBackwardCall& call) const {
        for (BufferId* operand : {&call.x, &call.dy, &call.moments, &call.weight}) put(*operand);
    }
    void operator()(CopyCall& call) const { put(call.from); }
    void operator()(LossCall& call) const {
        put(call.output);
        put(call.target);
        put(call.weight);
    }
};

/// Planned as if a call did not read one of its operands.
inline std::vector<Mutant> with_omitted_reads(const Case& c) {
    std::vector<Mutant> mutants;
    for (std::size_t i = 0; i < c.program.calls.size(); ++i) {
        const Call& call = c.program.calls[i];
        for (const BufferId read : accesses(call).reads) {
            Program program = c.program;
            Memory& memory = program.memory;
            Storage nowhere = memory.storage_of(read);  // of the same size, where nothing else is
            nowhere.space = Space::parameters;
            nowhere.offset = c.graph.table()->size();
            Buffer elsewhere = memory.buffer(read);
            elsewhere.storage = memory.add_storage(nowhere);
            const BufferId other = memory.add_buffer(elsewhere);
            std::visit(Omission{read, other}, program.calls[i]);
            Plan plan = plan_of(program, lifetimes(program, c.goal), kRows);
            plan.steps[i].call = call;
            plan.memory.buffers.pop_back();
            plan.memory.storages.pop_back();
            plan.lifetimes.pop_back();
            mutants.push_back({"step " + std::to_string(i) + " does not read " + elsewhere.name,
                               std::move(plan)});
        }
    }
    return mutants;
}

}  // namespace ganglion::testing
