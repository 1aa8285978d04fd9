#include "base/team.h"

#include "base/threading_layer.h"
#include "base/threads.h"

namespace ganglion {

void Barrier::wait(int rank, int size) {
    const std::uint32_t before = complete_.count();
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == size) {
        arrived_.store(0, std::memory_order_relaxed);
        complete_.advance();
    } else if (complete_.await_past(before) && rank == 0) {
        workers_.follow_caller();  // it may have been woken on a worker's CPU
    }
}

void run_on_threads(int size, TeamFunction function, const void* body) {
    const bool openmp = threading_layer() == ThreadingLayer::openmp;
    (openmp ? run_on_openmp : run_on_pool)(size, function, body);
}

}  // namespace ganglion
