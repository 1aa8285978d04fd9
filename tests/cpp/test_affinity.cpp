#if defined(__linux__)

#include <sched.h>

#include <thread>
#include <vector>

#include "base/affinity.h"
#include "base/team.h"
#include "check.h"

using namespace ganglion;

namespace {

constexpr int kTries = 100;  // the system may move the caller at any time

cpu_set_t allowed() {
    cpu_set_t cpus;
    CHECK(sched_getaffinity(0, sizeof cpus, &cpus) == 0);
    return cpus;
}

void allow(const cpu_set_t& cpus) { CHECK(sched_setaffinity(0, sizeof cpus, &cpus) == 0); }

cpu_set_t only(int cpu) {
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(static_cast<std::size_t>(cpu), &cpus);
    return cpus;
}

/// Go to the CPU and run a team; where each worker may run, or nothing if the caller was moved.
std::vector<cpu_set_t> workers_of_a_call_on(int cpu, int size) {
    const cpu_set_t before = allowed();
    allow(only(cpu));
    allow(before);
    std::vector<cpu_set_t> workers(static_cast<std::size_t>(size - 1));
    bool stayed = current_cpu() == cpu;
    run_team(size, [&](const Team& team) noexcept {
        CHECK(team.size() == size);
        team.each([](Part) noexcept {});  // each has found its place
        team.each([&](Part part) noexcept {
            if (part.rank > 0) workers[static_cast<std::size_t>(part.rank - 1)] = allowed();
        });
        stayed &= current_cpu() == cpu;
    });
    const cpu_set_t after = allowed();
    CHECK(CPU_EQUAL(&after, &before));  // the caller's own thread is as it was
    return stayed ? workers : std::vector<cpu_set_t>{};
}

void a_worker_follows_its_caller_from_cpu_to_cpu() {
    const cpu_set_t callers = allowed();
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(static_cast<std::size_t>(cpu), &callers)) continue;
        std::vector<cpu_set_t> workers;
        for (int i = 0; i < kTries && workers.empty(); ++i) workers = workers_of_a_call_on(cpu, 2);
        CHECK(workers.size() == 1);
        CHECK(!CPU_ISSET(static_cast<std::size_t>(cpu), &workers[0]));
        CHECK(CPU_COUNT(&workers[0]) == CPU_COUNT(&callers) - 1);
    }
}

void another_caller_on_the_same_cpu_lends_its_own_mask() {
    const cpu_set_t wide = allowed();
    const int cpu = current_cpu();
    std::thread([&] {
        allow(only(cpu));
        run_team(2, [&](const Team& team) noexcept {
            team.each([&](Part part) noexcept {
                if (part.rank != 1) return;
                const cpu_set_t mine = allowed();
                const cpu_set_t one = only(cpu);
                CHECK(CPU_EQUAL(&mine, &one));
            });
        });
    }).join();
    const cpu_set_t after = allowed();
    CHECK(CPU_EQUAL(&after, &wide));
}

void more_workers_than_cpus_share_all_of_them() {
    const cpu_set_t callers = allowed();
    std::vector<cpu_set_t> workers;
    const int size = CPU_COUNT(&callers) + 1;
    for (int i = 0; i < kTries && workers.empty(); ++i)
        workers = workers_of_a_call_on(current_cpu(), size);
    CHECK(!workers.empty());
    for (const cpu_set_t& cpus : workers) CHECK(CPU_EQUAL(&cpus, &callers));
}

}  // namespace

int main() {
    const cpu_set_t cpus = allowed();
    if (CPU_COUNT(&cpus) < 2) return testing::kSkipped;
    a_worker_follows_its_caller_from_cpu_to_cpu();
    another_caller_on_the_same_cpu_lends_its_own_mask();
    more_workers_than_cpus_share_all_of_them();
}

#else

#include "check.h"

int main() { return ganglion::testing::kSkipped; }

#endif
