#include "check.h"
#include "train/team_choice.h"

using namespace ganglion;

namespace {

constexpr int kTeam = 4;

struct Spent {
    int stretches_alone = 0;
    double seconds = 0;
};

/// Operations of a batch: so few that it begins on one thread, so many that the team is doubted,
/// and so many that it is not, unless it is disturbed.
constexpr double kFew = 1e6, kSome = 1e7, kMany = 1e9;

/// Run so many stretches of work that takes `alone` seconds on one thread, `team` on all.
Spent run(TeamChoice& choice, int stretches, double alone, double team, bool disturbed = false) {
    Spent spent;
    for (int i = 0; i < stretches; ++i) {
        const int size = choice.next(kTeam, disturbed);
        CHECK(size == 1 || size == kTeam);
        const double seconds = size == 1 ? alone : team;
        choice.took(seconds);
        spent.stretches_alone += size == 1;
        spent.seconds += seconds;
    }
    return spent;
}

void a_quicker_team_stays(double operations) {
    TeamChoice choice(operations);
    const Spent spent = run(choice, 1000, 2.0, 1.0);
    CHECK(spent.stretches_alone >= 1);  // it has been tried
    CHECK(spent.seconds < 1000 * 1.03);
}

void one_thread_takes_over_where_it_is_quicker(double operations) {
    TeamChoice choice(operations);
    const Spent spent = run(choice, 1000, 1.0, 3.0);
    CHECK(spent.stretches_alone < 1000);
    CHECK(spent.seconds < 1000 * 1.05);
}

void it_follows_a_change(double operations) {
    TeamChoice choice(operations);
    run(choice, 1000, 2.0, 1.0);
    run(choice, 100, 1.0, 3.0);
    CHECK(run(choice, 1000, 1.0, 3.0).seconds < 1000 * 1.05);
    run(choice, 100, 2.0, 1.0);
    CHECK(run(choice, 1000, 2.0, 1.0).seconds < 1000 * 1.03);
}

void of_two_alike_neither_is_left(double operations) {
    TeamChoice choice(operations);
    const int alone = run(choice, 1000, 1.0, 1.0).stretches_alone;
    CHECK(operations == kFew ? alone > 970 : alone < 30);
}

void a_team_of_one_has_no_choice(double operations) {
    TeamChoice choice(operations);
    for (int i = 0; i < 10; ++i) {
        CHECK(choice.next(1) == 1);
        choice.took(1.0);
    }
}

void a_team_for_much_work_is_not_doubted_but_when_disturbed() {
    TeamChoice choice(kMany);
    CHECK(run(choice, 1000, 1.0, 3.0).stretches_alone == 0);
    CHECK(run(choice, 1000, 1.0, 1.1, true).stretches_alone < 30);  // not for so little
    run(choice, 100, 1.0, 3.0, true);
    CHECK(run(choice, 1000, 1.0, 3.0).seconds < 1000 * 1.05);  // one thread sees no disturbance
    run(choice, 100, 2.0, 1.0);
    CHECK(run(choice, 1000, 2.0, 1.0).stretches_alone == 0);
}

}  // namespace

int main() {
    a_team_for_much_work_is_not_doubted_but_when_disturbed();
    for (const double operations : {kFew, kSome}) {
        a_quicker_team_stays(operations);
        one_thread_takes_over_where_it_is_quicker(operations);
        it_follows_a_change(operations);
        of_two_alike_neither_is_left(operations);
        a_team_of_one_has_no_choice(operations);
    }
}
