#include "base/short_turns.h"

#if defined(__linux__) && !defined(__ANDROID__)

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ganglion {
namespace {

constexpr std::uint64_t kShortest = 100'000;  // nanoseconds; the kernel takes no less

/// What sched_setattr(2) takes, which the C library declares but lately.
struct Attributes {
    std::uint32_t size = sizeof(Attributes);
    std::uint32_t policy = 0;
    std::uint64_t flags = 0;
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime = 0;  // of an ordinary thread: how long a turn of it is
    std::uint64_t deadline = 0;
    std::uint64_t period = 0;
};

/// The thread's own turns from now on; returns those before, 0 where they cannot be set.
std::uint64_t set_turns(std::uint64_t nanoseconds) {
    Attributes now;
    if (syscall(SYS_sched_getattr, 0, &now, sizeof now, 0) != 0) return 0;
    if (now.policy != SCHED_OTHER || now.runtime == 0) return 0;
    const std::uint64_t before = now.runtime;
    now.runtime = nanoseconds;
    return syscall(SYS_sched_setattr, 0, &now, 0) == 0 ? before : 0;
}

}  // namespace

ShortTurns::ShortTurns() : before_(set_turns(kShortest)) {}

ShortTurns::~ShortTurns() {
    if (before_ != 0) set_turns(before_);
}

}  // namespace ganglion

#else

namespace ganglion {

ShortTurns::ShortTurns() = default;
ShortTurns::~ShortTurns() = default;

}  // namespace ganglion

#endif
