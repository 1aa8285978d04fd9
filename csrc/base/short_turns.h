#pragma once

#include <cstdint>

namespace ganglion {

/// While it lives, the calling thread asks the scheduler for short turns, so that when it wakes it
/// comes before threads that have longer ones. Its share of the core stays what it is. Linux from
/// 6.12 on knows of it; elsewhere nothing changes.
class ShortTurns {
  public:
    ShortTurns();
    ~ShortTurns();
    ShortTurns(const ShortTurns&) = delete;
    ShortTurns& operator=(const ShortTurns&) = delete;

  private:
    std::uint64_t before_ = 0;  // in nanoseconds; 0: nothing was changed
};

}  // namespace ganglion
