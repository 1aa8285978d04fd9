#include "base/affinity.h"

#if defined(__linux__) && !defined(__ANDROID__)
#include <sched.h>
#endif

namespace ganglion {

#if defined(__linux__) && !defined(__ANDROID__)

int current_cpu() { return sched_getcpu(); }

void Affinity::follow_caller() {
    const int cpu = current_cpu();
    const pthread_t caller = pthread_self();
    const bool same = cpu == cpu_ && pthread_equal(caller, caller_) != 0;
    if (cpu < 0 || (same && placed_ == workers_.size())) return;
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
    cpu_set_t others = allowed;
    CPU_CLR(static_cast<std::size_t>(cpu), &others);
    const bool enough = static_cast<std::size_t>(CPU_COUNT(&others)) >= workers_.size();
    const cpu_set_t& cpus = enough ? others : allowed;
    for (const pthread_t worker : workers_) pthread_setaffinity_np(worker, sizeof cpus, &cpus);
    cpu_ = cpu;
    caller_ = caller;
    placed_ = workers_.size();
}

#else

int current_cpu() { return -1; }
void Affinity::follow_caller() {}

#endif

}  // namespace ganglion
