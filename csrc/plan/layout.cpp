#include <algorithm>
#include <limits>
#include <map>
#include <new>
#include <numeric>

#include "base/buffer.h"
#include "plan/plan.h"

namespace ganglion {
namespace {

/// No machine has so much memory; with any buffer added the size is still an Index.
constexpr Index kMostElements = std::numeric_limits<Index>::max() / 4;

/// The calls between which a storage's content matters: from `first` to `last`, both included.
struct Lifetime {
    std::size_t first = 0;
    std::size_t last = 0;
    bool used = false;

    void include(std::size_t call) {
        first = used ? std::min(first, call) : call;
        last = used ? std::max(last, call) : call;
        used = true;
    }
};

/// The storages that have their place, found by when they are alive: a segment tree over the calls.
class Placed {
  public:
    explicit Placed(std::size_t calls) : calls_(calls), alive_(2 * calls) {}

    void add(std::size_t id, const Lifetime& life) {
        born_.emplace(life.first, id);
        std::size_t begin = life.first + calls_;
        std::size_t end = life.last + 1 + calls_;
        for (; begin < end; begin /= 2, end /= 2) {
            if (begin % 2 == 1) alive_[begin++].push_back(id);
            if (end % 2 == 1) alive_[--end].push_back(id);
        }
    }

    /// Those whose lifetimes overlap `life`: alive at its first call, or born up to its last.
    std::vector<std::size_t> beside(const Lifetime& life) const {
        std::vector<std::size_t> found;
        for (std::size_t node = life.first + calls_; node > 0; node /= 2)
            found.insert(found.end(), alive_[node].begin(), alive_[node].end());
        const auto end = born_.upper_bound(life.last);
        for (auto one = born_.upper_bound(life.first); one != end; ++one)
            found.push_back(one->second);
        return found;
    }

  private:
    std::size_t calls_;
    std::vector<std::vector<std::size_t>> alive_;  // by node: all of its calls
    std::multimap<std::size_t, std::size_t> born_;
};

/// By StorageId.
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
    // Read by the caller afterwards: outputs, losses, the gradients of inputs.
    std::vector<BufferId> kept;
    for (const ValueId id : goal.outputs) kept.push_back(program.value(id));
    for (const Term& term : goal.losses) kept.push_back(program.value(term.loss));
    for (const BufferId id : kept) life(id).include(end);
    // Read before it is written: what the caller fills in, gradients of outputs before the backward
    // pass, all else before the forward one.
    std::vector<bool> written(program.memory.storages.size(), false);
    const auto fill = [&](BufferId id) {
        if (written[storage(id)]) return;
        const std::vector<BufferId>& given = program.gradients;
        const bool is_gradient = std::find(given.begin(), given.end(), id) != given.end();
        life(id).include(is_gradient ? program.backward_begin : 0);
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

}  // namespace

Index lay_out(Program& program, const Goal& goal, Index max_batch) {
    const std::vector<Lifetime> lives = lifetimes(program, goal);
    const auto size = [&](std::size_t id) {
        const Index elements = program.memory.storages[id].size(max_batch);
        return ceil_div(elements, kAlignment) * kAlignment;  // so that each starts on a boundary
    };
    std::vector<std::size_t> order(program.memory.storages.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return size(a) > size(b); });

    Placed placed(program.calls.size() + 1);  // the last: what the caller does afterwards
    Index arena_size = 0;
    for (const std::size_t id : order) {
        Storage& storage = program.memory.storages[id];
        if (storage.space != Space::arena || !lives[id].used) continue;
        storage.offset = 0;
        std::vector<std::size_t> beside = placed.beside(lives[id]);
        std::sort(beside.begin(), beside.end(), [&](std::size_t a, std::size_t b) {
            return program.memory.storages[a].offset < program.memory.storages[b].offset;
        });
        for (const std::size_t other : beside) {
            const Index begin = program.memory.storages[other].offset;
            const Index end = begin + size(other);
            const bool apart = end <= storage.offset || storage.offset + size(id) <= begin;
            if (!apart) storage.offset = end;
        }
        placed.add(id, lives[id]);
        arena_size = std::max(arena_size, storage.offset + size(id));
        if (arena_size > kMostElements) throw std::bad_alloc();
    }
    return arena_size;
}

}  // namespace ganglion
