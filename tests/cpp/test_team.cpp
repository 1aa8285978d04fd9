#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/crew.h"
#include "base/team.h"
#include "base/thread_limit.h"
#include "check.h"

using namespace ganglion;

namespace {

void shares_cover_everything_once() {
    for (const int size : {1, 2, 3, 7}) {
        for (const Index count : {0, 1, 3, 4, 5, 63, 64, 65}) {
            std::vector<int> visits(static_cast<std::size_t>(count));
            for (int rank = 0; rank < size; ++rank) {
                const Range share = Part{rank, size, 0}.share(count, 4);
                CHECK(share.begin % 4 == 0 || share.begin == count);
                for (Index i = share.begin; i < share.end; ++i)
                    ++visits[static_cast<std::size_t>(i)];
            }
            for (const int times : visits) CHECK(times == 1);
        }
    }
}

void each_part_is_done_once_and_all_before_the_next_work() {
    for (const double operations : {0.0, 1e9}) {
        std::vector<std::atomic<int>> done(4096);
        run_team(4, [&](const Team& team) noexcept {
            for (int round = 1; round <= 200; ++round) {
                std::atomic<int> parts{0};
                team.divide(operations, [&](Part part) noexcept {
                    ++done[static_cast<std::size_t>(part.index)];
                    CHECK(part.rank < team.size() && part.index < part.count);
                    parts = part.count;
                });
                for (int i = 0; i < parts; ++i) {
                    CHECK(done[static_cast<std::size_t>(i)].exchange(0) == 1);
                }
            }
            CHECK(team.size() == 4);
        });
        for (const std::atomic<int>& left : done) CHECK(left == 0);
    }
}

void each_member_is_a_thread_of_its_own() {
    for (int round = 0; round < 50; ++round) {
        std::vector<std::thread::id> threads(3);
        run_team(3, [&](const Team& team) noexcept {
            team.each([&](Part part) noexcept {
                threads[static_cast<std::size_t>(part.rank)] = std::this_thread::get_id();
            });
        });
        CHECK(threads[0] == std::this_thread::get_id());
        CHECK(threads[1] != threads[0] && threads[2] != threads[0] && threads[1] != threads[2]);
        CHECK(threads[1] != std::thread::id() && threads[2] != std::thread::id());
    }
}

/// The parts that each of two members did, when the helper sleeps in its first one of some works.
std::vector<int> parts_done_beside_a_sleeper() {
    std::vector<int> done(2);
    run_team(2, [&](const Team& team) noexcept {
        team.each([](Part) noexcept {});  // both are awake
        for (int round = 0; round < 4; ++round) {
            std::atomic<bool> sleeps{false};
            std::fill(done.begin(), done.end(), 0);
            team.divide(1e9, [&](Part part) noexcept {
                if (part.rank == 1 && !sleeps.exchange(true))
                    std::this_thread::sleep_for(std::chrono::milliseconds(20));
                while (!sleeps) std::this_thread::yield();
                ++done[static_cast<std::size_t>(part.rank)];
            });
        }
    });
    return done;
}

void what_a_late_helper_has_not_begun_is_done_by_the_leader() {
    const std::vector<int> done = parts_done_beside_a_sleeper();
    CHECK(done[0] == 127);  // it was seen to be late: there are many parts
    CHECK(done[1] == 1);
}

void numbers_of_jobs_start_again() {
    for (const std::uint32_t last : {0x3ffffff0U, 0x7ffffff0U, 0xfffffff0U}) {
        Crew& crew = *new Crew(last);  // its helpers never end
        crew.reserve(3);
        for (const int rank : {1, 2}) {
            std::thread([&crew, rank, after = crew.posted()] { crew.serve(rank, after); }).detach();
        }
        for (int job = 0; job < 64; ++job) {
            const int size = job < 32 ? 2 : 3;
            std::atomic<int> done{0};
            Team(&crew, size).divide(0, [&](Part) noexcept { ++done; });
            CHECK(done == size);
        }
    }
}

void the_limit_is_what_was_set() {
    set_thread_limit(3);
    CHECK(thread_limit().threads == 3);
    CHECK(thread_limit().source == "set_num_threads");
    CHECK(team_size(100) == 3);
    CHECK(team_size(2) == 2);
    CHECK(team_size(0) == 1);
    set_thread_limit(0);
    CHECK(thread_limit().source != "set_num_threads");
    CHECK(testing::throws<std::invalid_argument>([] { set_thread_limit(-1); }));
}

}  // namespace

int main() {
    testing::skip_unless_available();
    shares_cover_everything_once();
    each_part_is_done_once_and_all_before_the_next_work();
    each_member_is_a_thread_of_its_own();
    what_a_late_helper_has_not_begun_is_done_by_the_leader();
    numbers_of_jobs_start_again();
    the_limit_is_what_was_set();
}
