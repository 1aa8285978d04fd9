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
constexpr Index kMostOfArena = std::numeric_limits<Index>::max() / 4;

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

}  // namespace

Index lay_out(Program& program, const std::vector<Lifetime>& lives, Index max_batch) {
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
        if (arena_size > kMostOfArena) throw std::bad_alloc();
    }
    return arena_size;
}

}  // namespace ganglion
