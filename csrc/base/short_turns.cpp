#include "base/short_turns.h"

#if defined(__linux__) && !defined(__ANDROID__)

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ganglion {
namespace {

constexpr std::uint64_t kShortest = 100'000;  // nanoseconds; the kernel takes no less

}  // namespace

ShortTurns::ShortTurns() {
    if (syscall(SYS_sched_getattr, 0, &before_, sizeof before_, 0) != 0) return;
    if (before_.policy != SCHED_OTHER || before_.runtime == 0) return;
    Attributes shorter = before_;
    shorter.runtime = kShortest;
    changed_ = syscall(SYS_sched_setattr, 0, &shorter, 0) == 0;
}

ShortTurns::~ShortTurns() {
    if (changed_) syscall(SYS_sched_setattr, 0, &before_, 0);
}

}  // namespace ganglion

#else

namespace ganglion {

ShortTurns::ShortTurns() = default;
ShortTurns::~ShortTurns() = default;

}  // namespace ganglion

#endif
