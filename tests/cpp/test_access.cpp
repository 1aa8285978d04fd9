#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/access.h"
#include "base/busy.h"
#include "check.h"

using namespace ganglion;

namespace {

template <class Call>
bool is_refused(const Call& call) {
    return testing::throws<std::runtime_error>(call);
}

bool reads(Access& access) {
    return !is_refused([&] { const Access::Hold hold = access.read("predict"); });
}
bool trains(Access& access) {
    return !is_refused([&] { const Access::Hold hold = access.train("fit"); });
}
bool changes(Access& access) {
    return !is_refused([&] { const Access::Hold hold = access.change("set_weights"); });
}
bool runs(Access& access) {
    return !is_refused([&] { const Access::Hold hold = access.run("fit"); });
}

/// What another thread is answered.
template <class Call>
bool elsewhere(const Call& call) {
    bool answer = false;
    std::thread([&] { answer = call(); }).join();
    return answer;
}

void many_may_read_and_then_none_trains() {
    Access access("the model");
    {
        const Access::Hold one = access.read("predict");
        const Access::Hold two = access.read("evaluate");
        CHECK(reads(access) && elsewhere([&] { return reads(access); }));
        CHECK(!trains(access) && !changes(access) && !runs(access));
    }
    CHECK(trains(access) && changes(access) && runs(access));
}

void who_trains_may_read_and_change_and_nobody_else() {
    Access access("the model");
    Access::Hold training = access.train("fit");
    CHECK(reads(access) && changes(access) && runs(access) && !trains(access));
    CHECK(!elsewhere([&] { return reads(access); }));
    CHECK(!elsewhere([&] { return changes(access); }));
    CHECK(!elsewhere([&] { return runs(access); }));
    {
        const Access::Hold reading = access.read("evaluate");
        CHECK(!changes(access));
    }
    training.end();
    training.end();  // once is enough
    CHECK(elsewhere([&] { return trains(access); }));
}

void nobody_reads_or_changes_within_a_run() {
    Access access("the model");
    const Access::Hold training = access.train("fit");
    const Access::Hold run = access.run("fit");
    CHECK(!reads(access) && !changes(access) && !runs(access));
}

/// The thread sanitizer finds it where two of them have a way in.
void parameters_are_written_by_one_while_nobody_reads() {
    Access access("the model");
    int parameter = 0;
    int written = 0;
    const auto use = [&](bool writes) {
        for (int i = 0; i < 20'000; ++i) {
            try {
                const Access::Hold hold = writes ? access.train("fit") : access.read("predict");
                if (writes) ++parameter;
                if (parameter < 0) std::abort();
                if (writes) ++written;
            } catch (const std::runtime_error&) {
            }
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(use, i % 2 == 0);
    for (std::thread& thread : threads) thread.join();
    CHECK(written == parameter && written > 0);
}

/// Is the answer yes in a child?
template <class Call>
bool in_a_child(const Call& call) {
    const pid_t child = fork();
    if (child == 0) _exit(call() ? 0 : 1);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void a_child_has_what_its_parent_held_for_itself() {
    Access access("the model");
    Busy busy;
    {
        Access::Hold training = access.train("fit");
        const Access::Hold run = access.run("fit");
        const Busy::Scope scope(busy, "fit");
        CHECK(in_a_child([&] {
            const Busy::Scope own(busy, "fit");
            const Access::Hold own_training = access.train("fit");
            training.end();  // it is not the child's
            return !trains(access) && runs(access) &&
                   is_refused([&] { const Busy::Scope second(busy, "fit"); });
        }));
        CHECK(!trains(access));
        CHECK(is_refused([&] { const Busy::Scope second(busy, "fit"); }));
    }
    CHECK(trains(access));
}

void a_child_of_the_thread_that_trained_is_not_taken_for_one_that_trains() {
    Access access("the model");
    const Access::Hold training = access.train("fit");
    CHECK(in_a_child([&] {
        std::atomic<int> step{0};
        std::thread other([&] {
            const Access::Hold own = access.train("fit");
            step = 1;
            while (step != 2) std::this_thread::yield();
        });
        while (step != 1) std::this_thread::yield();
        const bool refused = !reads(access) && !changes(access) && !runs(access);
        step = 2;
        other.join();
        return refused;
    }));
}

}  // namespace

int main() {
    testing::skip_unless_available();
    many_may_read_and_then_none_trains();
    who_trains_may_read_and_change_and_nobody_else();
    nobody_reads_or_changes_within_a_run();
    parameters_are_written_by_one_while_nobody_reads();
    a_child_has_what_its_parent_held_for_itself();
    a_child_of_the_thread_that_trained_is_not_taken_for_one_that_trains();
}
