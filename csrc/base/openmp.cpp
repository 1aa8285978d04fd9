#include "base/threads.h"

#if defined(_OPENMP)

#include <dlfcn.h>
#include <omp.h>
#include <pthread.h>

#include <future>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/signals.h"

namespace ganglion {
namespace {

/// Does the system start so many threads? The runtime would end the process where it does not.
bool can_start(int threads) {
    std::mutex all_there;
    std::vector<std::thread> tried;
    bool started = true;
    {
        const std::lock_guard lock(all_there);
        try {
            while (static_cast<int>(tried.size()) < threads)
                tried.emplace_back([&] { const std::lock_guard until_then(all_there); });
        } catch (const std::system_error&) {
            started = false;
        }
    }
    for (std::thread& thread : tried) thread.join();
    return started;
}

/// The region of helpers from rank `first` on. Tells how many the runtime gave.
void serve_in_region(Crew& crew, int first, int count, Crew::Jobs after, std::promise<int>& given) {
#pragma omp parallel num_threads(count)
    {
        if (omp_get_proc_bind() == omp_proc_bind_false) crew.affinity().add(pthread_self());
        const int rank = first + omp_get_thread_num();
        const int members = omp_get_num_threads();
#pragma omp barrier
        if (rank == first) given.set_value(members);
        crew.serve(rank, after);
    }
}

}  // namespace

int start_openmp(Crew& crew, int first, int count) {
    if (!can_start(count)) return 0;
    const SignalsBlocked blocked;
    std::promise<int> given;
    std::future<int> helpers = given.get_future();
    const auto serve = [&crew, first, count, after = crew.posted()](std::promise<int> told) {
        serve_in_region(crew, first, count, after, told);
    };
    try {
        std::thread(serve, std::move(given)).detach();
    } catch (const std::system_error&) {
        return 0;
    }
    return helpers.get();
}

std::string openmp_library() {
    Dl_info found{};
    const auto symbol = reinterpret_cast<void*>(&omp_get_num_threads);
    return dladdr(symbol, &found) != 0 && found.dli_fname != nullptr ? found.dli_fname : "";
}

int openmp_processors() { return omp_get_num_procs(); }

}  // namespace ganglion

#else

namespace ganglion {

std::string openmp_library() { return ""; }

int openmp_processors() { return 0; }

}  // namespace ganglion

#endif
