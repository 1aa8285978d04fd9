#include <algorithm>
#include <thread>
#include <vector>

#include "base/play.h"
#include "base/team.h"
#include "check.h"

using namespace ganglion;

namespace {

void every_member_has_its_turns_in_the_order_that_was_chosen() {
    CHECK((Play(PlayOrder::in_order).turns(3, 2) == std::vector<int>{0, 0, 1, 1, 2, 2}));
    CHECK((Play(PlayOrder::reversed).turns(3, 2) == std::vector<int>{2, 2, 1, 1, 0, 0}));
    Play shuffled(PlayOrder::shuffled, 7);
    const std::vector<int> once = shuffled.turns(3, 20);
    const std::vector<int> again = shuffled.turns(3, 20);
    CHECK(once != again);
    CHECK(Play(PlayOrder::shuffled, 7).turns(3, 20) == once);
    for (const int member : {0, 1, 2}) {
        CHECK(std::count(once.begin(), once.end(), member) == 20);
        CHECK(std::count(again.begin(), again.end(), member) == 20);
    }
    CHECK(shuffled.works() == 2);
}

/// Who did the parts of two works, on a team of three.
std::vector<int> ranks_of_two_works() {
    std::vector<int> ranks;
    run_team(3, [&](const Team& team) noexcept {
        const auto body = [&](Part part) noexcept {
            CHECK(part.count == 3 && part.index == part.rank);
            ranks.push_back(part.rank);
        };
        if (team.play() == nullptr) return;
        team.divide(1e9, body);
        team.each(body);
    });
    return ranks;
}

void teams_are_played_for_the_thread_that_asked_until_it_ends() {
    const std::vector<int> none;
    const std::vector<int> reversed{2, 1, 0, 2, 1, 0};
    {
        const PlayedTeams outer((Play(PlayOrder::reversed)));
        CHECK(ranks_of_two_works() == reversed);
        {
            const PlayedTeams inner((Play(PlayOrder::in_order)));
            CHECK((ranks_of_two_works() == std::vector<int>{0, 1, 2, 0, 1, 2}));
            CHECK(inner.works() == 2);
        }
        CHECK(ranks_of_two_works() == reversed);
        CHECK(outer.works() == 4);
        std::thread([&] { CHECK(ranks_of_two_works() == none); }).join();
    }
    CHECK(ranks_of_two_works() == none);
}

}  // namespace

int main() {
    testing::skip_unless_available();
    every_member_has_its_turns_in_the_order_that_was_chosen();
    teams_are_played_for_the_thread_that_asked_until_it_ends();
}
