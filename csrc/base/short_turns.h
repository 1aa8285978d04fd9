#pragma once

#include <cstdint>

namespace ganglion {

/// While it lives, the calling thread asks the scheduler for short turns, so that when it wakes it
/// comes before threads that have longer ones. Its share of the core stays what it is. Linux from
/// 6.12 on knows of it; elsewhere nothing changes. It costs some microseconds.
class ShortTurns {
  public:
    ShortTurns();
    ~ShortTurns();
    ShortTurns(const ShortTurns&) = delete;
    ShortTurns& operator=(const ShortTurns&) = delete;

  private:
    /// What sched_setattr(2) takes, which the C library declares but lately.
    struct Attributes {
        std::uint32_t size = sizeof(Attributes);
        std::uint32_t policy = 0;
        std::uint64_t flags = 0;
        std::int32_t nice = 0;
        std::uint32_t priority = 0;
        std::uint64_t runtime = 0;  // of an ordinary thread: how long a turn of it is, in ns
        std::uint64_t deadline = 0;
        std::uint64_t period = 0;
    };

    Attributes before_;
    bool changed_ = false;
};

}  // namespace ganglion
