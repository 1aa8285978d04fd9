#include <optional>
#include <utility>

#include "plan/plan.h"

namespace ganglion {
namespace {

/// Which buffers are read when: by the last of the calls that do, or by the program's caller.
class Readers {
  public:
    Readers(const Program& program, const Goal& goal)
        : end_(program.memory.buffers.size(), 0), wanted_(program.memory.buffers.size(), false) {
        for (std::size_t i = 0; i < program.calls.size(); ++i) {
            for (const BufferId id : accesses(program.calls[i]).reads) end_[at(id)] = i + 1;
        }
        for (const ValueId id : goal.outputs) want(program.values[at(id)]);
        for (const BufferId id : program.gradients) want(id);
    }

    /// Is the buffer read by any call from the `first` on, or wanted by the program's caller?
    bool read_later(std::size_t first, BufferId buffer) const {
        return wanted_[at(buffer)] || end_[at(buffer)] > first;
    }

  private:
    static std::size_t at(int id) { return static_cast<std::size_t>(id); }

    void want(BufferId buffer) {
        if (buffer != kNoBuffer) wanted_[at(buffer)] = true;
    }

    std::vector<std::size_t> end_;  // by buffer: after the last call that reads it
    std::vector<bool> wanted_;      // by buffer
};

}  // namespace

void fuse(Program& program, const Goal& goal) {
    const Readers readers(program, goal);
    const std::vector<Call>& calls = program.calls;
    std::vector<Call> kept;
    std::size_t backward_begin = 0;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        if (i < program.backward_begin) backward_begin = kept.size() + 1;
        std::optional<Call> both;
        if (i + 1 < calls.size()) {
            both = merged(calls[i], calls[i + 1],
                          [&](BufferId id) { return readers.read_later(i + 2, id); });
        }
        kept.push_back(both ? *both : calls[i]);
        if (both) ++i;  // two calls in one
    }
    program.calls = std::move(kept);
    program.backward_begin = backward_begin;
}

}  // namespace ganglion
