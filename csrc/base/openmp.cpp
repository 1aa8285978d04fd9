#include "base/threads.h"

#if defined(_OPENMP)

#include <dlfcn.h>
#include <omp.h>
#include <pthread.h>

#include <atomic>
#include <memory>

#include "base/affinity.h"
#include "base/signals.h"

namespace ganglion {
namespace {

/// Those who work for a caller: the runtime gives each of its callers threads of their own, and
/// ends them when the caller ends, or asks for fewer.
struct Crew {
    Affinity affinity;
    Barrier barrier{affinity};
    std::atomic<int> workers{0};
};

/// A worker's place in its crew, which it leaves when its thread ends.
class Place {
  public:
    void take(const std::shared_ptr<Crew>& crew) {
        if (crew_ == crew) return;
        leave();
        crew_ = crew;
        crew_->affinity.add(pthread_self());
        ++crew_->workers;
    }
    ~Place() { leave(); }

  private:
    void leave() {
        if (crew_ == nullptr) return;
        --crew_->workers;
        crew_->affinity.remove(pthread_self());
    }

    std::shared_ptr<Crew> crew_;
};

std::atomic<bool> in_use{false};

}  // namespace

void run_on_openmp(int size, TeamFunction function, const void* body) {
    if (in_use.exchange(true, std::memory_order_acquire)) return function(body, Member{});
    thread_local const std::shared_ptr<Crew> mine = std::make_shared<Crew>();
    const std::shared_ptr<Crew>& crew = mine;
    crew->affinity.follow_caller();
    const SignalsBlocked while_threads_start(crew->workers < size - 1);
#pragma omp parallel num_threads(size)
    {
        thread_local Place place;
        const int rank = omp_get_thread_num();
        const int members = omp_get_num_threads();
        if (rank > 0) place.take(crew);
        function(body, {rank, members, members > 1 ? &crew->barrier : nullptr});
    }
    in_use.store(false, std::memory_order_release);
}

std::string openmp_library() {
    Dl_info found{};
    const auto symbol = reinterpret_cast<void*>(&omp_get_num_threads);
    return dladdr(symbol, &found) != 0 && found.dli_fname != nullptr ? found.dli_fname : "";
}

}  // namespace ganglion

#else

namespace ganglion {

void run_on_openmp(int, TeamFunction function, const void* body) { function(body, Member{}); }

std::string openmp_library() { return ""; }

}  // namespace ganglion

#endif
