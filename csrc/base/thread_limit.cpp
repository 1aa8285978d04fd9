#include "base/thread_limit.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/threads.h"

#if defined(__linux__)
#include <sched.h>
#endif

namespace ganglion {
namespace {

std::atomic<int> explicit_limit{0};
std::atomic<bool> full_teams_of_all{false};
thread_local int own_limit = 0;

/// The text without the blanks around it.
std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\n\v\f\r";
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

/// The number of threads that the text says, blanks around it or not; 0: it says none.
int number_in(std::string_view text) {
    const std::string_view digits = trimmed(text);
    int number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool whole = error == std::errc{} && end == digits.data() + digits.size();
    return whole && number > 0 && number <= kMostThreads ? number : 0;
}

/// Why the value of a variable does not count.
std::string complaint(const char* text) {
    return std::string("'") + text + "' is not a number of threads from 1 to " +
           std::to_string(kMostThreads);
}

/// Hardware threads a core has, as the kernel tells it for the first one ("0,4" or "0-1"); else 1.
int threads_per_core() {
    std::ifstream siblings("/sys/devices/system/cpu/cpu0/topology/thread_siblings_list");
    std::string list;
    siblings >> list;
    return list.find_first_of(",-") == std::string::npos ? 1 : 2;
}

/// CPUs this process may run on.
int processors() {
    if (const int bound = openmp_processors()) return bound;
#if defined(__linux__)
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return CPU_COUNT(&allowed);
#endif
    return static_cast<int>(std::thread::hardware_concurrency());
}

/// Cores this process may run on: its CPUs, taken to be whole cores with all their hardware
/// threads.
int cores() { return std::max(1, processors() / threads_per_core()); }

/// Whole CPUs the container may use; kMostThreads without a quota.
int cgroup_quota() {
    std::string quota;
    double period = 0;
    std::ifstream v2("/sys/fs/cgroup/cpu.max");
    if (!(v2 >> quota >> period)) {
        std::ifstream v1_quota("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
        std::ifstream v1_period("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
        v1_quota >> quota;
        v1_period >> period;
    }
    const double microseconds = std::strtod(quota.c_str(), nullptr);  // "max" and "" give 0
    if (microseconds <= 0 || period <= 0) return kMostThreads;
    return std::max(1, static_cast<int>(microseconds / period));
}

/// What the environment says: our own variable must make sense, those that others have made up
/// count where they do.
struct Environment {
    ThreadLimit limit;
    std::string ignored;  // empty: nothing was
};

const char* variable(const char* name) {
    const char* text = std::getenv(name);
    return text == nullptr || *text == '\0' ? nullptr : text;
}

Environment read_environment() {
    if (const char* own = variable("GANGLION_NUM_THREADS")) {
        const int number = number_in(own);
        if (number == 0) fail("GANGLION_NUM_THREADS", complaint(own));
        return {{number, "GANGLION_NUM_THREADS"}, ""};
    }
    std::string ignored;
    if (const char* openmp = variable("OMP_NUM_THREADS")) {
        // It may be a list by nesting level: the first number counts.
        const std::string_view list = openmp;
        const int number = number_in(list.substr(0, list.find(',')));
        if (number > 0) return {{number, "OMP_NUM_THREADS"}, ""};
        ignored = "OMP_NUM_THREADS: " + complaint(openmp);
    }
    const int all = cores();
    const int quota = cgroup_quota();
    return {quota < all ? ThreadLimit{quota, "cgroup quota"} : ThreadLimit{all, "cores"}, ignored};
}

const Environment& environment() {
    static const Environment read = read_environment();
    return read;
}

void check_limit(const char* op, int threads) {
    if (threads < 0 || threads > kMostThreads) {
        fail(op, "threads is ", threads, ", must be from 1 to ", kMostThreads,
             ", or 0 for the default");
    }
}

}  // namespace

ThreadLimit thread_limit() {
    const int number = explicit_limit.load(std::memory_order_relaxed);
    const ThreadLimit all =
        number == 0 ? environment().limit : ThreadLimit{number, "set_num_threads"};
    if (own_limit != 0 && own_limit < all.threads) return {own_limit, "this thread"};
    return all;
}

std::string ignored_thread_limit() { return environment().ignored; }

void set_thread_limit(int threads) {
    check_limit("set_num_threads", threads);
    explicit_limit.store(threads);
}

int set_own_thread_limit(int threads) {
    check_limit("set_own_thread_limit", threads);
    return std::exchange(own_limit, threads);
}

int team_size(int wanted) {
    const int limit = thread_limit().threads;
    return full_teams() ? limit : std::clamp(wanted, 1, limit);
}

void set_full_teams(bool full) { full_teams_of_all = full; }

bool full_teams() { return full_teams_of_all.load(std::memory_order_relaxed); }

}  // namespace ganglion
