#include "check.h"
#include "train/team_choice.h"

using namespace ganglion;

namespace {

constexpr int kTeam = 4;

struct Spent {
    int stretches_alone = 0;
    double seconds = 0;
};

/// Run so many stretches of work that takes `alone` seconds on one thread, `team` on all.
Spent run(TeamChoice& choice, int stretches, double alone, double team, bool sure = false) {
    Spent spent;
    for (int i = 0; i < stretches; ++i) {
        const int size = choice.next(kTeam, sure);
        CHECK(size == 1 || size == kTeam);
        const double seconds = size == 1 ? alone : team;
        choice.took(seconds);
        spent.stretches_alone += size == 1;
        spent.seconds += seconds;
    }
    return spent;
}

void a_quicker_team_stays(bool begins_alone) {
    TeamChoice choice(begins_alone);
    const Spent spent = run(choice, 1000, 2.0, 1.0);
    CHECK(spent.stretches_alone >= 1);  // it has been tried
    CHECK(spent.seconds < 1000 * 1.03);
}

void one_thread_takes_over_where_it_is_quicker(bool begins_alone) {
    TeamChoice choice(begins_alone);
    const Spent spent = run(choice, 1000, 1.0, 3.0);
    CHECK(spent.stretches_alone < 1000);
    CHECK(spent.seconds < 1000 * 1.05);
}

void it_follows_a_change(bool begins_alone) {
    TeamChoice choice(begins_alone);
    run(choice, 1000, 2.0, 1.0);
    run(choice, 100, 1.0, 3.0);
    CHECK(run(choice, 1000, 1.0, 3.0).seconds < 1000 * 1.05);
    run(choice, 100, 2.0, 1.0);
    CHECK(run(choice, 1000, 2.0, 1.0).seconds < 1000 * 1.03);
}

void of_two_alike_neither_is_left(bool begins_alone) {
    TeamChoice choice(begins_alone);
    const int alone = run(choice, 1000, 1.0, 1.0).stretches_alone;
    CHECK(begins_alone ? alone > 970 : alone < 30);
}

/// Not doubted where it is sure, it is left when it no longer is, and comes back.
void a_sure_team_is_not_doubted() {
    TeamChoice choice(false);
    CHECK(run(choice, 1000, 2.0, 1.0, true).stretches_alone == 0);
    run(choice, 100, 1.0, 3.0);
    CHECK(run(choice, 1000, 1.0, 3.0, true).seconds < 1000 * 1.05);
    run(choice, 100, 2.0, 1.0, true);
    CHECK(run(choice, 1000, 2.0, 1.0, true).stretches_alone == 0);
}

void a_team_of_one_has_no_choice(bool begins_alone) {
    TeamChoice choice(begins_alone);
    for (int i = 0; i < 10; ++i) {
        CHECK(choice.next(1) == 1);
        choice.took(1.0);
    }
}

}  // namespace

int main() {
    a_sure_team_is_not_doubted();
    for (const bool begins_alone : {false, true}) {
        a_quicker_team_stays(begins_alone);
        one_thread_takes_over_where_it_is_quicker(begins_alone);
        it_follows_a_change(begins_alone);
        of_two_alike_neither_is_left(begins_alone);
        a_team_of_one_has_no_choice(begins_alone);
    }
}
