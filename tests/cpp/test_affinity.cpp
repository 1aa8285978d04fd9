#if defined(__linux__)

#include <sched.h>

#include "base/affinity.h"
#include "base/team.h"
#include "check.h"

using namespace ganglion;

namespace {

constexpr int kTries = 100;  // the system may move a thread at any time

cpu_set_t allowed() {
    cpu_set_t cpus;
    CHECK(sched_getaffinity(0, sizeof cpus, &cpus) == 0);
    return cpus;
}

bool contains(const cpu_set_t& cpus, int cpu) {
    return CPU_ISSET(static_cast<std::size_t>(cpu), &cpus);
}

void a_worker_runs_anywhere_but_on_the_callers_cpu() {
    const cpu_set_t callers = allowed();
    for (int i = 0; i < kTries; ++i) {
        const int before = current_cpu();
        cpu_set_t workers;
        run_team(2, [&](Member member) noexcept {
            CHECK(member.size == 2);
            if (member.rank == 1) workers = allowed();
        });
        if (current_cpu() != before) continue;  // it may have been elsewhere when it called
        CHECK(!contains(workers, before));
        CHECK(CPU_COUNT(&workers) == CPU_COUNT(&callers) - 1);
        const cpu_set_t after = allowed();
        CHECK(CPU_EQUAL(&after, &callers));
        return;
    }
    CHECK(!"the caller stayed on its CPU once");
}

void leaving_a_cpu_moves_the_thread_and_forbids_nothing() {
    const cpu_set_t before = allowed();
    bool moved = false;
    for (int i = 0; i < kTries && !moved; ++i) {
        const int cpu = current_cpu();
        leave(cpu);
        moved = current_cpu() != cpu;
        const cpu_set_t after = allowed();
        CHECK(CPU_EQUAL(&after, &before));
    }
    CHECK(moved);
}

void a_thread_with_one_cpu_stays_there() {
    const cpu_set_t before = allowed();
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(current_cpu()), &one);
    CHECK(sched_setaffinity(0, sizeof one, &one) == 0);
    leave(current_cpu());
    keep_off(current_cpu(), pthread_self());
    const cpu_set_t after = allowed();
    CHECK(CPU_EQUAL(&after, &one));
    CHECK(sched_setaffinity(0, sizeof before, &before) == 0);
}

}  // namespace

int main() {
    const cpu_set_t cpus = allowed();
    if (CPU_COUNT(&cpus) < 2) return testing::kSkipped;
    a_worker_runs_anywhere_but_on_the_callers_cpu();
    leaving_a_cpu_moves_the_thread_and_forbids_nothing();
    a_thread_with_one_cpu_stays_there();
}

#else

#include "check.h"

int main() { return ganglion::testing::kSkipped; }

#endif
