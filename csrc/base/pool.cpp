#include <pthread.h>

#include <atomic>
#include <deque>
#include <system_error>
#include <thread>

#include "base/affinity.h"
#include "base/event_count.h"
#include "base/signals.h"
#include "base/threads.h"

namespace ganglion {
namespace {

class Pool {
  public:
    void run(int size, TeamFunction function, const void* body) {
        if (in_use_.exchange(true, std::memory_order_acquire)) return function(body, Member{});
        affinity_.follow_caller();
        reserve(static_cast<std::size_t>(size) - 1);
        const auto helpers = std::min(static_cast<std::size_t>(size) - 1, calls_.size());
        team_size_ = static_cast<int>(helpers) + 1;
        function_ = function;
        body_ = body;
        running_.store(static_cast<int>(helpers), std::memory_order_relaxed);
        const std::uint32_t before = finished_.count();
        for (std::size_t i = 0; i < helpers; ++i) calls_[i].advance();
        function(body, member(0));
        if (helpers > 0) finished_.await_past(before);
        in_use_.store(false, std::memory_order_release);
    }

  private:
    Member member(int rank) { return {rank, team_size_, team_size_ > 1 ? &barrier_ : nullptr}; }

    /// Start threads until there are `count`, or the system gives no more.
    void reserve(std::size_t count) {
        while (calls_.size() < count) {
            EventCount& calls = calls_.emplace_back();
            if (!start(calls, static_cast<int>(calls_.size()))) {
                calls_.pop_back();
                return;
            }
        }
    }

    bool start(const EventCount& calls, int rank) {
        const SignalsBlocked blocked;
        try {
            std::thread thread([this, &calls, rank] { serve(calls, rank); });
            affinity_.add(thread.native_handle());
            thread.detach();
        } catch (const std::system_error&) {
            return false;
        }
        return true;
    }

    [[noreturn]] void serve(const EventCount& calls, int rank) {
        for (std::uint32_t done = 0;; ++done) {
            calls.await_past(done);
            function_(body_, member(rank));
            if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) finished_.advance();
        }
    }

    std::atomic<bool> in_use_{false};
    std::deque<EventCount> calls_;  // one a worker, whose address stays
    Affinity affinity_;
    Barrier barrier_{affinity_};
    int team_size_ = 1;
    TeamFunction function_ = nullptr;
    const void* body_ = nullptr;
    std::atomic<int> running_{0};  // workers that have not finished
    EventCount finished_;          // that all of them have
};

/// Never destroyed: its threads live as long as the process. A child made by fork has none of them,
/// and begins with a pool of its own.
std::atomic<Pool*> pool{nullptr};

Pool& the_pool() {
    static const bool made = [] {
        pool.store(new Pool);
        pthread_atfork(nullptr, nullptr, [] { pool.store(new Pool); });
        return true;
    }();
    static_cast<void>(made);
    return *pool.load();
}

}  // namespace

void run_on_pool(int size, TeamFunction function, const void* body) {
    the_pool().run(size, function, body);
}

}  // namespace ganglion
