#include <atomic>
#include <stdexcept>
#include <vector>

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
                const Range share = Member{rank, size, nullptr}.share(count, 4);
                CHECK(share.begin % 4 == 0 || share.begin == count);
                for (Index i = share.begin; i < share.end; ++i)
                    ++visits[static_cast<std::size_t>(i)];
            }
            for (const int times : visits) CHECK(times == 1);
        }
    }
}

void a_barrier_separates_what_comes_before_from_what_comes_after() {
    std::atomic<int> before{0};
    std::atomic<bool> early{false};
    run_team(4, [&](Member member) noexcept {
        for (int round = 1; round <= 200; ++round) {
            ++before;
            member.barrier();
            if (before != 4 * round) early = true;
            member.barrier();
        }
        CHECK(member.size == 4);
    });
    CHECK(!early);
    CHECK(before == 800);
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
    a_barrier_separates_what_comes_before_from_what_comes_after();
    the_limit_is_what_was_set();
}
