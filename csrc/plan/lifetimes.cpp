#include "plan/lifetimes.h"

#include <algorithm>

namespace ganglion {

void Lifetime::include(std::size_t call) {
    first = used ? std::min(first, call) : call;
    last = used ? std::max(last, call) : call;
    used = true;
}

std::vector<Lifetime> lifetimes(const Program& program, const Goal& goal) {
    std::vector<Lifetime> lives(program.memory.storages.size());
    const auto storage = [&](BufferId id) {
        return static_cast<std::size_t>(program.memory.buffer(id).storage);
    };
    const auto life = [&](BufferId id) -> Lifetime& { return lives[storage(id)]; };
    const std::size_t end = program.calls.size();
    for (std::size_t i = 0; i < end; ++i) {
        const Accesses found = accesses(program.calls[i]);
        for (const BufferId id : found.reads) life(id).include(i);
        for (const BufferId id : found.writes) life(id).include(i);
    }
    // Read by the caller afterwards: outputs, losses, the gradients of rows and of inputs.
    std::vector<BufferId> kept;
    for (const ValueId id : goal.outputs) kept.push_back(program.value(id));
    for (const Term& term : goal.losses) kept.push_back(program.value(term.loss));
    for (const RowGradient& one : program.row_gradients)
        kept.insert(kept.end(), {one.rows, one.count, one.gradient});
    for (const BufferId id : kept) life(id).include(end);
    // Read before it is written: what the caller fills in, gradients of outputs before the backward
    // pass, all else before the forward one.
    std::vector<bool> written(program.memory.storages.size(), false);
    const auto fill = [&](BufferId id) {
        if (written[storage(id)]) return;
        const std::vector<BufferId>& given = program.gradients;
        const bool is_gradient = std::find(given.begin(), given.end(), id) != given.end();
        life(id).include(is_gradient ? program.backward_begin : 0);
        life(id).given = true;
        // Where there is a loss, the pass may be run again to find out what went wrong in it.
        if (!is_gradient && !goal.losses.empty()) life(id).include(end);
    };
    for (const Call& call : program.calls) {
        const Accesses found = accesses(call);
        for (const BufferId id : found.reads) fill(id);
        for (const BufferId id : found.writes) written[storage(id)] = true;
    }
    for (const BufferId id : kept) fill(id);
    for (const BufferId id : program.gradients) {
        if (goal.input_gradients && id != kNoBuffer) life(id).include(end);
    }
    return lives;
}

}  // namespace ganglion
