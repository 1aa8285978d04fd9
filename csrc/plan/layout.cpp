#include <algorithm>
#include <numeric>

#include "base/buffer.h"
#include "plan/plan.h"

namespace ganglion {
namespace {

/// The calls between which a buffer's content matters: from `first` to `last`, both included.
struct Lifetime {
    std::size_t first = 0;
    std::size_t last = 0;
    bool used = false;

    void include(std::size_t call) {
        first = used ? std::min(first, call) : call;
        last = used ? std::max(last, call) : call;
        used = true;
    }
    bool overlaps(const Lifetime& other) const {
        return first <= other.last && other.first <= last;
    }
};

std::vector<Lifetime> lifetimes(const Program& program, const Goal& goal) {
    std::vector<Lifetime> lives(program.buffers.size());
    const auto life = [&](BufferId id) -> Lifetime& { return lives[static_cast<std::size_t>(id)]; };
    const std::size_t end = program.calls.size();
    for (std::size_t i = 0; i < end; ++i) {
        const Accesses found = accesses(program.calls[i]);
        for (const BufferId id : found.reads) life(id).include(i);
        for (const BufferId id : found.writes) life(id).include(i);
    }
    // Read first and never written: what the caller fills in before the forward or backward pass.
    std::vector<bool> written(program.buffers.size(), false);
    for (std::size_t i = 0; i < end; ++i) {
        const Accesses found = accesses(program.calls[i]);
        for (const BufferId id : found.reads) {
            if (written[static_cast<std::size_t>(id)]) continue;
            const bool before_forward = i < program.backward_begin;
            life(id).include(before_forward ? 0 : program.backward_begin);
            // Where there is a loss, the pass may be run again to find out what went wrong in it.
            if (before_forward && goal.loss != kNoValue) life(id).include(end);
        }
        for (const BufferId id : found.writes) written[static_cast<std::size_t>(id)] = true;
    }
    // Read by the caller afterwards: outputs, losses, the gradients of inputs.
    std::vector<ValueId> kept = goal.outputs;
    if (goal.loss != kNoValue) kept.push_back(goal.loss);
    for (const ValueId id : kept) {
        life(program.values[static_cast<std::size_t>(id)]).include(end);
    }
    for (const BufferId id : program.gradients) {
        if (goal.input_gradients && id != kNoBuffer) life(id).include(end);
    }
    return lives;
}

}  // namespace

Index lay_out(Program& program, const Goal& goal, Index max_batch) {
    const std::vector<Lifetime> lives = lifetimes(program, goal);
    const auto size = [&](std::size_t id) {
        const Index elements = max_batch * program.buffers[id].cols;
        return ceil_div(elements, kAlignment) * kAlignment;  // so that each starts on a boundary
    };
    std::vector<std::size_t> order(program.buffers.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return size(a) > size(b); });

    std::vector<std::size_t> placed;  // by offset
    Index arena_size = 0;
    for (const std::size_t id : order) {
        Buffer& buffer = program.buffers[id];
        if (buffer.space != Space::arena || !lives[id].used) continue;
        buffer.offset = 0;
        for (const std::size_t other : placed) {
            const Index begin = program.buffers[other].offset;
            const Index end = begin + size(other);
            const bool apart = end <= buffer.offset || buffer.offset + size(id) <= begin;
            if (lives[id].overlaps(lives[other]) && !apart) buffer.offset = end;
        }
        const auto after = std::find_if(placed.begin(), placed.end(), [&](std::size_t other) {
            return program.buffers[other].offset > buffer.offset;
        });
        placed.insert(after, id);
        arena_size = std::max(arena_size, buffer.offset + size(id));
    }
    return arena_size;
}

}  // namespace ganglion
