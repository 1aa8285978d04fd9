#include "base/affinity.h"

#if defined(__linux__) && !defined(__ANDROID__)
#include <sched.h>
#endif

namespace ganglion {

void Affinity::add(pthread_t worker) {
    const std::lock_guard lock(mutex_);
    workers_.push_back(worker);
    place();
}

void Affinity::follow_caller() {
    const int cpu = current_cpu();
    const pthread_t caller = pthread_self();
    if (cpu == cpu_ && pthread_equal(caller, caller_) != 0) return;
    const std::lock_guard lock(mutex_);
    cpu_ = cpu;
    caller_ = caller;
    place();
}

#if defined(__linux__) && !defined(__ANDROID__)

int current_cpu() { return sched_getcpu(); }

void Affinity::place() {
    cpu_set_t allowed;
    if (cpu_ < 0 || pthread_getaffinity_np(caller_, sizeof allowed, &allowed) != 0) return;
    cpu_set_t others = allowed;
    CPU_CLR(static_cast<std::size_t>(cpu_), &others);
    const bool enough = static_cast<std::size_t>(CPU_COUNT(&others)) >= workers_.size();
    const cpu_set_t& cpus = enough ? others : allowed;
    for (const pthread_t worker : workers_) pthread_setaffinity_np(worker, sizeof cpus, &cpus);
}

#else

int current_cpu() { return -1; }
void Affinity::place() {}

#endif

}  // namespace ganglion
