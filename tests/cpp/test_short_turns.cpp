#if defined(__linux__)

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "base/short_turns.h"
#include "check.h"

using namespace ganglion;

namespace {

/// What sched_getattr(2) tells of the calling thread, as bytes.
using Attributes = std::array<unsigned char, 48>;

Attributes attributes() {
    Attributes now{};
    if (syscall(SYS_sched_getattr, 0, now.data(), now.size(), 0) != 0)
        std::exit(testing::kSkipped);  // where calls of the system are filtered
    return now;
}

std::uint64_t turn_in(const Attributes& attributes) {
    std::uint64_t nanoseconds = 0;
    std::memcpy(&nanoseconds, attributes.data() + 24, sizeof nanoseconds);
    return nanoseconds;
}

/// All else of the thread stays as it is, and in the end that too.
void turns_are_short_for_a_while() {
    CHECK(setpriority(PRIO_PROCESS, 0, std::max(3, getpriority(PRIO_PROCESS, 0))) == 0);
    const Attributes before = attributes();
    if (sched_getscheduler(0) != SCHED_OTHER) std::exit(testing::kSkipped);
    Attributes within{};
    {
        const ShortTurns shorter;
        within = attributes();
    }
    CHECK(attributes() == before);
    CHECK(turn_in(within) <= turn_in(before));
    CHECK((turn_in(within) < turn_in(before)) == (turn_in(before) > 0));
    std::memset(within.data() + 24, 0, 8);
    Attributes others = before;
    std::memset(others.data() + 24, 0, 8);
    CHECK(within == others);
}

}  // namespace

int main() { turns_are_short_for_a_while(); }

#else

#include "check.h"

int main() { return ganglion::testing::kSkipped; }

#endif
