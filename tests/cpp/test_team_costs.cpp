#include <stdexcept>
#include <vector>

#include "base/random.h"
#include "base/thread_limit.h"
#include "check.h"
#include "train/predictor.h"
#include "train/trainer.h"

using namespace ganglion;

namespace {

bool never(void*) { return false; }

constexpr Interrupt kNever{&never, nullptr};

OptimizerSettings adam(double clipnorm) {
    return {.optimizer = Optimizer::adam,
            .beta_1 = 0.9,
            .beta_2 = 0.999,
            .epsilon = 1e-8,
            .global_clipnorm = clipnorm};
}

/// Dense layers with a regression's loss, what trains them, and what predicts.
template <class T>
struct Model {
    Graph graph;
    ValueId input, output, target, weight, loss;
    Index features;
    ParameterStore<T> store;
    OptimizerState<T> optimizer;
    Figures figures;
    Routine<T> routine;
    Predictor<T> predictor;

    /// Each layer is a group of parameters.
    Model(const std::vector<Index>& sizes, Index rows, const OptimizerSettings& settings,
          const Groups& groups = {})
        : input(graph.input("x", sizes.front())),
          output(layers(graph, input, sizes)),
          target(graph.input("y", sizes.back())),
          weight(graph.input("weight", 1)),
          loss(graph.add(loss_of(graph, Loss::squared_error, output, target, weight))),
          features(sizes.front()),
          store(graph),
          optimizer(settings, store.size()),
          figures({}, sizes.back(), false),
          routine(graph, {{input, target, weight}, {{output, loss, 1, &figures}}}, Purpose::train,
                  store, &optimizer, rows, 0, {.groups = groups}),
          predictor(graph, {input}, {output}, store, rows) {}

    static ValueId layers(Graph& g, ValueId x, const std::vector<Index>& sizes) {
        for (std::size_t i = 1; i < sizes.size(); ++i) {
            if (i > 1) x = g.add(ElementwiseActivation{x, Activation::relu});
            const int group = static_cast<int>(i) - 1;
            x = g.add(Affine{x, g.parameter("w", sizes[i - 1], sizes[i], group),
                             g.parameter("b", 1, sizes[i], group)});
        }
        return x;
    }
};

/// Eight rows, four inputs, three outputs.
template <class T>
Model<T> tiny() {
    return {{4, 3}, 8, {.optimizer = Optimizer::sgd}};
}

template <class T>
void a_dense_layer_costs_what_was_counted_by_hand() {
    const Model<T> model = tiny<T>();
    const auto numbers = [](Index count) { return count * static_cast<Index>(sizeof(T)); };
    // Two members have four rows each; the second makes the only tile of dW and db, and the step.
    const TeamCosts two = model.routine.team_costs(8, 2);
    CHECK(two.jobs == 4);                           // gather; output and loss; dW and db; the step
    const Index parameters = 4 * 3 + 3;             // the first reads what the second updated
    const Index losses = 4;                         // and the losses of its rows
    const Index rows_of_the_first = 4 * 4 + 4 * 3;  // of X and of dY, for dW
    CHECK(two.bytes == numbers(parameters + losses + rows_of_the_first));
    CHECK(two.operations == 2 * 4 * 4 * 3 + 2 * 8 * 4 * 3);
    CHECK(two.updates == parameters);
    // Of four the second and the last have rows, the last makes tile and step, the first leads.
    const TeamCosts four = model.routine.team_costs(8, 4);
    CHECK(four.jobs == 4);
    CHECK(four.bytes == numbers(parameters + 8 + rows_of_the_first));
    // Each predicts its own rows.
    CHECK(model.predictor.team_costs(8, 2).jobs == 1);
    CHECK(model.predictor.team_costs(8, 2).bytes == 0);
}

/// Eight rows, of which each of two members gathers four, and large weights of which it updates a
/// half, in the product that makes their gradient.
template <class T>
void weights_that_are_shared_out_cost_what_was_counted_by_hand() {
    const auto of_both = [](Index each) { return 2 * each; };
    const auto bytes = [](Index numbers) { return numbers * static_cast<Index>(sizeof(T)); };
    const Index losses = 4;  // of the second's rows
    // Wide: each makes half of the outputs, and updates the weights that it reads.
    const Model<T> wide({256, 512}, 8, {.optimizer = Optimizer::sgd});
    const Index inputs = 4 * 256;
    const Index outputs = 4 * 256;    // read by rows, as the loss does, and made by columns
    const Index gradients = 4 * 256;  // the other way round, for dW
    const Index biases = 256 + 256;   // to the second, which steps, and back to the first
    CHECK(wide.routine.team_costs(8, 2).bytes ==
          bytes(of_both(inputs + outputs + gradients) + losses + biases));
    CHECK(wide.predictor.team_costs(8, 2).bytes == bytes(of_both(inputs + outputs)));
    // Tall: each reads half of the columns of weights, and updates half of the rows. The first
    // makes all of db.
    const Model<T> tall({1024, 64}, 8, {.optimizer = Optimizer::sgd});
    const Index quarter = 512 * 32;
    CHECK(tall.routine.team_costs(8, 2).bytes ==
          bytes(of_both(4 * 1024 + quarter + 4 * 32 + 4 * 64) + losses + 64 + 32));
}

template <class T>
void one_member_shares_nothing_and_does_it_all() {
    for (const double clipnorm : {0.0, 1.0}) {
        const Model<T> model({70, 300, 300, 10}, 64, adam(clipnorm));
        const TeamCosts one = model.routine.team_costs(64, 1);
        CHECK(one.bytes == 0);
        CHECK(one.updates == model.store.size());
        CHECK(one.operations == 2.0 * 64 * (2 * 70 * 300 + 3 * 300 * 300 + 3 * 300 * 10));
        for (const int members : {2, 3, 4, 8, 16, 64}) {
            const TeamCosts costs = model.routine.team_costs(64, members);
            CHECK(costs.jobs == one.jobs);
            CHECK(costs.bytes > 0);
            CHECK(costs.operations * members >= one.operations);
            CHECK(costs.operations < one.operations);
            CHECK(costs.updates * members >= one.updates);
        }
    }
}

/// Some positions of each row are no matrix.
template <class T>
void numbers_of_a_view_are_counted_where_they_lie() {
    Graph g;
    const ValueId x = g.input("x", 2, 3);
    const ValueId first = g.add(Slice{x, {0, 1}, {0, 2}});
    const ValueId rest = g.add(Slice{x, {1, 3}, {0, 2}});
    const ValueId active = g.add(ElementwiseActivation{rest, Activation::relu});  // reads it there
    const Plan plan = compile(g, {.mode = Mode::infer, .outputs = {first, active}}, 4);
    CHECK(!plan.buffer(plan.value(rest)).is_matrix());
    Traffic<T> traffic(plan, 4, 2);
    const auto bytes = [&](ValueId read_by_the_first) {
        const TeamCosts costs = traffic.each_time([&] {
            traffic.give_out([&](const Part& part) {
                traffic.write(traffic.whole(plan.value(part.rank == 0 ? x : rest)), part);
            });
            traffic.read(traffic.whole(plan.value(read_by_the_first)), Part{});
        });
        return costs.bytes;
    };
    CHECK(bytes(first) == 0);
    CHECK(bytes(rest) == 4 * 2 * 2 * static_cast<Index>(sizeof(T)));
    CHECK(bytes(x) == bytes(rest));
}

std::uint32_t works_of(int members) {
    std::uint32_t works = 0;
    run_team(members, [&](const Team& team) noexcept {
        CHECK(team.size() == members);
        works = team.works_given();
    });
    return works;
}

/// Large enough that a team is taken without a trial.
template <class T>
void jobs_are_those_that_the_team_is_really_given() {
    constexpr Index rows = 512, features = 300, outputs = 10, batches = 3;
    const std::vector<double> x = random_normal({7, 1}, batches * rows * features);
    const std::vector<double> y = random_normal({7, 2}, batches * rows * outputs);
    const DataView samples{x.data(), DataType::float64, batches * rows, features, 8 * features, 8};
    const DataView targets{y.data(), DataType::float64, batches * rows, outputs, 8 * outputs, 8};
    const Batches all{.feeds = {samples, targets, {}},
                      .metric_weights = {},
                      .order = nullptr,
                      .samples = batches * rows,
                      .batch_size = rows};
    const std::vector<double> rates(batches, 1e-3);
    std::vector<T> out(rows * outputs);
    const Groups apart{{0, 2}};  // those that are trained lie apart in memory
    for (const auto& [clipnorm, groups] : {std::pair{0.0, Groups{}},  // updates in the products
                                           std::pair{1.0, Groups{}}, std::pair{1.0, apart}}) {
        Model<T> model({features, 260, 20, outputs}, rows, adam(clipnorm), groups);
        for (const int members : {2, 4}) {
            set_thread_limit(members);
            std::uint32_t before = works_of(members);
            Trainer<T> trainer({&model.routine});
            CHECK(trainer.run(all, {0, batches}, rates.data(), kNever).ending == Ending::complete);
            const TeamCosts training = model.routine.team_costs(rows, members);
            CHECK(works_of(members) - before == batches * training.jobs);
            before = works_of(members);
            DataView batch = samples;
            batch.rows = rows;
            CHECK(model.predictor.predict(batch, Matrix<T>{out.data(), rows, outputs, outputs},
                                          kNever) == Ending::complete);
            CHECK(works_of(members) - before == model.predictor.team_costs(rows, members).jobs);
        }
    }
    set_thread_limit(0);
}

/// Also where each member has rows of its own: once, or as often as is asked for Ctrl-C.
template <class T>
void jobs_of_members_apart_are_those_that_the_team_is_really_given() {
    constexpr Index rows = 100'000, features = 6, outputs = 3;
    const std::vector<double> x = random_normal({7, 3}, rows * features);
    std::vector<T> out(rows * outputs);
    Model<T> model({features, 16, outputs}, 256, adam(0));
    for (const int members : {2, 3}) {
        set_thread_limit(members);
        set_full_teams(true);
        for (const Index count : {Index{40}, Index{256}, rows}) {
            const DataView batch{x.data(), DataType::float64, count, features, 8 * features, 8};
            const std::uint32_t before = works_of(members);
            CHECK(model.predictor.predict(batch, Matrix<T>{out.data(), count, outputs, outputs},
                                          kNever) == Ending::complete);
            const std::uint32_t given = works_of(members) - before;
            CHECK(count > 256 ? given > 1 && given < 100 : given == 1);
            if (count <= 256) CHECK(model.predictor.team_costs(count, members).jobs == 1);
        }
    }
    set_full_teams(false);
    set_thread_limit(0);
}

void what_cannot_be_counted_is_refused() {
    const Model<float> model = tiny<float>();
    for (const Index rows : {0, 9}) {
        CHECK(testing::throws<std::invalid_argument>([&] { model.routine.team_costs(rows, 2); }));
    }
    for (const int members : {0, 65}) {
        CHECK(testing::throws<std::invalid_argument>(
            [&] { model.predictor.team_costs(8, members); }));
    }
}

template <class T>
void test_all() {
    a_dense_layer_costs_what_was_counted_by_hand<T>();
    weights_that_are_shared_out_cost_what_was_counted_by_hand<T>();
    one_member_shares_nothing_and_does_it_all<T>();
    numbers_of_a_view_are_counted_where_they_lie<T>();
    jobs_are_those_that_the_team_is_really_given<T>();
    jobs_of_members_apart_are_those_that_the_team_is_really_given<T>();
}

}  // namespace

int main() {
    testing::skip_unless_available();
    test_all<float>();
    test_all<double>();
    what_cannot_be_counted_is_refused();
}
