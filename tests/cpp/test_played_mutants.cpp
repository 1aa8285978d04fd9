#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <limits>
#include <vector>

#include "base/play.h"
#include "base/random.h"
#include "check.h"
#include "plan_cases.h"
#include "plan_faults.h"
#include "plan_mutants.h"
#include "train/optimizer.h"
#include "train/parameter_store.h"

// Plans that lack a barrier, forget a buffer too soon or do not know of a read: a team that is
// played finds out each of them that does harm, and no other.

using namespace ganglion;
using namespace ganglion::testing;
using T = double;

namespace {

void fill(T* numbers, Index count, std::uint32_t stream) {
    const std::vector<double> drawn = random_normal({5, stream}, count);
    for (Index i = 0; i < count; ++i)
        numbers[i] = static_cast<T>(0.3 * drawn[static_cast<std::size_t>(i)]);
}

/// All that comes out of a run: what the caller keeps, parameters and gradients.
std::vector<T> results(const Case& c, const Plan& plan, const Team& team) {
    ParameterStore<T> store(c.graph);
    fill(store.values(), store.size(), 0);
    std::fill_n(store.gradients(), store.size(), std::numeric_limits<T>::quiet_NaN());
    OptimizerState<T> sgd({.optimizer = Optimizer::sgd}, store.size());
    Workspace<T> workspace(plan, store.block_for(c.graph, "test"));
    workspace.reserve_team(team.size());
    const auto give = [](Matrix<T> x, std::uint32_t stream) {
        fill(x.data, x.rows * x.cols, stream);
    };
    for (const ValueId input : c.inputs)
        give(workspace.value(input, kRows), 1 + static_cast<std::uint32_t>(input));
    Stop stop(kNoInterrupt);
    const std::vector<LossRun> weighted(c.goal.losses.size(), {.weighted = true});
    const Run run{.rows = kRows, .losses = weighted.data()};
    const OptimizerGroup& all = sgd.groups()[0];
    const std::vector<StepOf<T>> steps{{all.parameters, sgd.step(store.values(), 0.1, all)}};
    std::atomic<bool> finite{true};
    workspace.forward(team, stop, run);
    if (c.goal.losses.empty() && c.goal.mode == Mode::train)
        give(workspace.gradient(c.goal.outputs[0], kRows), 99);
    workspace.backward_updating(team, stop, run, {&steps, &finite});
    workspace.remember(run);
    std::vector<T> found(store.values(), store.values() + store.size());
    const auto read = [&](Matrix<T> x) {
        found.insert(found.end(), x.data, x.data + x.rows * x.cols);
    };
    read({store.gradients(), 1, store.size(), store.size()});
    read(workspace.value(c.goal.outputs[0], kRows));
    for (const Term& term : c.goal.losses) read(workspace.value(term.loss, kRows));
    if (c.goal.input_gradients) read(workspace.gradient(c.inputs[0], kRows));
    return found;
}

/// NaNs are equal where all of their bits are.
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

bool differs_when_played(const Case& c, const Plan& plan, const std::vector<T>& expected,
                         int members) {
    for (const PlayOrderInfo& info : kPlayOrders) {
        Play play(info.order);
        if (!same_bits(results(c, plan, Team(&play, members)), expected)) return true;
    }
    return false;
}

/// Says which plan it is about, for CHECK.
bool told(bool holds, const Case& c, const Mutant& mutant, int members) {
    if (!holds)
        std::fprintf(stderr, "%s, %s, %d members\n", c.name.c_str(), mutant.what.c_str(), members);
    return holds;
}

void a_right_plan_gives_the_bits_of_one_thread(const Case& c) {
    const Plan plan = plan_of(c.program, c.lives, kRows);
    const std::vector<T> expected = results(c, plan, Team());
    CHECK(!Contents<T>(plan, c.lives, kRows).are_lost(c.kept));
    for (const int members : {1, 2, 3, 8}) {
        CHECK(!races<T>(plan, members, kRows));
        CHECK(!differs_when_played(c, plan, expected, members));
    }
}

/// By construction: where members race, or content is lost, and nowhere else.
void a_mistake_is_found_out_where_it_matters(const Case& c, const std::vector<Mutant>& mutants) {
    const std::vector<T> expected = results(c, plan_of(c.program, c.lives, kRows), Team());
    int found = 0;
    for (const Mutant& mutant : mutants) {
        const bool lost = Contents<T>(mutant.plan, c.lives, kRows).are_lost(c.kept);
        for (const int members : {2, 3, 8}) {
            const bool matters = lost || races<T>(mutant.plan, members, kRows);
            const bool differs = differs_when_played(c, mutant.plan, expected, members);
            CHECK(told(differs == matters, c, mutant, members));
            found += differs;
        }
    }
    CHECK(found > 0);
}

}  // namespace

int main() {
    skip_unless_available();
    for (const Case& c : cases()) {
        a_right_plan_gives_the_bits_of_one_thread(c);
        a_mistake_is_found_out_where_it_matters(c, without_barriers(c));
        a_mistake_is_found_out_where_it_matters(c, with_shorter_lifetimes(c));
        a_mistake_is_found_out_where_it_matters(c, with_omitted_reads(c));
    }
}
