#include <optional>
#include <utility>

#include "plan/plan.h"

namespace ganglion {
namespace {

/// Which storages are read when, through whatever buffer: by the last of the calls that do, or by
/// the program's caller.
class Readers {
  public:
    Readers(const Program& program, const Goal& goal)
        : memory_(program.memory),
          end_(memory_.storages.size(), 0),
          wanted_(memory_.storages.size(), false) {
        for (std::size_t i = 0; i < program.calls.size(); ++i) {
            for (const BufferId id : accesses(program.calls[i]).reads) end_[storage(id)] = i + 1;
        }
        for (const ValueId id : goal.outputs) want(program.value(id));
        for (const BufferId id : program.gradients) want(id);
    }

    /// Is the buffer read by any call from the `first` on, or wanted by the program's caller?
    bool read_later(std::size_t first, BufferId buffer) const {
        return wanted_[storage(buffer)] || end_[storage(buffer)] > first;
    }

  private:
    std::size_t storage(BufferId id) const {
        return static_cast<std::size_t>(memory_.buffer(id).storage);
    }
    void want(BufferId buffer) {
        if (buffer != kNoBuffer) wanted_[storage(buffer)] = true;
    }

    const Memory& memory_;
    std::vector<std::size_t> end_;  // by storage: after the last call that reads it
    std::vector<bool> wanted_;      // by storage
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
