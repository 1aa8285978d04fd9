#include "base/affinity.h"

#if defined(__linux__)

#include <sched.h>

#include <cstddef>

namespace ganglion {
namespace {

/// The CPUs that the calling thread may use but for one; none where the system does not say.
cpu_set_t all_but(int cpu) {
    cpu_set_t cpus;
    if (sched_getaffinity(0, sizeof cpus, &cpus) != 0) CPU_ZERO(&cpus);
    CPU_CLR(static_cast<std::size_t>(cpu), &cpus);
    return cpus;
}

}  // namespace

int current_cpu() { return sched_getcpu(); }

void keep_off(int cpu, pthread_t thread) {
    const cpu_set_t others = all_but(cpu);
    if (CPU_COUNT(&others) > 0) pthread_setaffinity_np(thread, sizeof others, &others);
}

void leave(int cpu) {
    if (current_cpu() != cpu) return;
    const cpu_set_t others = all_but(cpu);
    if (CPU_COUNT(&others) == 0) return;
    cpu_set_t all = others;
    CPU_SET(static_cast<std::size_t>(cpu), &all);
    sched_setaffinity(0, sizeof others, &others);
    sched_setaffinity(0, sizeof all, &all);
}

}  // namespace ganglion

#else

namespace ganglion {

int current_cpu() { return 0; }
void keep_off(int, pthread_t) {}
void leave(int) {}

}  // namespace ganglion

#endif
