#include <cmath>
#include <vector>

#include "base/random.h"
#include "base/thread_limit.h"
#include "check.h"
#include "train/trainer.h"

using namespace ganglion;

namespace {

bool never(void*) { return false; }

/// A regression y = sum(x) learnt by a small network, with a short last batch.
template <class T>
std::vector<T> trained_parameters(int threads, Index hidden) {
    set_thread_limit(threads);
    constexpr Index samples = 150, features = 20;
    const std::vector<double> x = random_normal({7, 1}, samples * features);
    std::vector<double> y(samples);
    for (Index i = 0; i < samples; ++i) {
        for (Index j = 0; j < features; ++j) {
            y[static_cast<std::size_t>(i)] += x[static_cast<std::size_t>(i * features + j)];
        }
    }
    Graph g;
    const ValueId input = g.input("x", features);
    ValueId h =
        g.add(Affine{input, g.parameter("w1", features, hidden), g.parameter("b1", 1, hidden)});
    h = g.add(ElementwiseActivation{h, Activation::tanh});
    h = g.add(Corruption::dropout(h, 0.1, kNoiseStreams));
    h = g.add(Affine{h, g.parameter("w2", hidden, hidden), g.parameter("b2", 1, hidden)});
    h = g.add(ElementwiseActivation{h, Activation::gelu});
    const ValueId output = g.add(Affine{h, g.parameter("w3", hidden, 1), g.parameter("b3", 1, 1)});
    const ValueId target = g.input("y", 1);
    const ValueId weight = g.input("weight", 1);
    const ValueId loss = g.add(loss_of(g, Loss::squared_error, output, target, weight));

    ParameterStore<T> store(g);
    const std::vector<double> first = random_normal({3, 2}, store.size());
    for (Index i = 0; i < store.size(); ++i) {
        store.values()[i] = static_cast<T>(0.1 * first[static_cast<std::size_t>(i)]);
    }
    OptimizerState<T> optimizer({.optimizer = Optimizer::adam,
                                 .beta_1 = 0.9,
                                 .beta_2 = 0.999,
                                 .epsilon = 1e-8,
                                 .global_clipnorm = 10},
                                store.size());
    Figures figures({{MetricKind::r2, 0}}, 1, false);
    Routine<T> routine(g, {{input, target, weight}, {{output, loss, 1, &figures}}}, Purpose::train,
                       store, &optimizer, 64, 0);
    Trainer<T> trainer({&routine});
    const Batches batches{
        .feeds = {{x.data(), DataType::float64, samples, features, 8 * features, 8},
                  {y.data(), DataType::float64, samples, 1, 8, 8},
                  {}},
        .metric_weights = {},
        .order = nullptr,
        .samples = samples,
        .batch_size = 64};
    const std::vector<double> rates(3, 1e-2);
    double before = 0;
    for (int epoch = 0; epoch < 20; ++epoch) {
        figures.reset();
        const std::int64_t allocations = allocation_count();
        const Outcome outcome = trainer.run(batches, {0, 3}, rates.data(), {&never, nullptr});
        CHECK(outcome.ending == Ending::complete);
        CHECK(epoch == 0 || allocation_count() == allocations);
        if (epoch == 0) before = figures.results()[0];
    }
    CHECK(optimizer.steps() == 60);
    CHECK(figures.results()[0] < before / 5);
    return {store.values(), store.values() + store.size()};
}

template <class T>
void training_gives_the_same_bits_on_any_number_of_threads() {
    for (const Index hidden :
         {48, 272}) {  // weights that members read each, and that they share out
        const std::vector<T> one = trained_parameters<T>(1, hidden);
        for (const int threads : {2, 4}) CHECK(trained_parameters<T>(threads, hidden) == one);
    }
}

void what_is_not_finite_ends_the_run_before_the_update() {
    Graph g;
    const ValueId input = g.input("x", 1);
    const ValueId output = g.add(Affine{input, g.parameter("w", 1, 1), kNoValue});
    const ValueId target = g.input("y", 1);
    const ValueId weight = g.input("weight", 1);
    const ValueId loss = g.add(loss_of(g, Loss::squared_error, output, target, weight));
    ParameterStore<float> store(g);
    store.values()[0] = 1;
    OptimizerState<float> optimizer({.optimizer = Optimizer::sgd}, 1);
    Figures figures({}, 1, false);
    Routine<float> routine(g, {{input, target, weight}, {{output, loss, 1, &figures}}},
                           Purpose::train, store, &optimizer, 1, 0);
    Trainer<float> trainer({&routine});
    std::vector<float> x{1, 1}, y{1, 1};
    const Batches batches{.feeds = {{x.data(), DataType::float32, 2, 1, 4, 4},
                                    {y.data(), DataType::float32, 2, 1, 4, 4},
                                    {}},
                          .metric_weights = {},
                          .order = nullptr,
                          .samples = 2,
                          .batch_size = 1};
    const double rates[2] = {0.1, 0.1};
    x[1] = NAN;
    Outcome outcome = trainer.run(batches, {0, 2}, rates, {&never, nullptr});
    CHECK(outcome.ending == Ending::data_not_finite);
    CHECK(outcome.batch == 1);
    CHECK(optimizer.steps() == 1);
    x[1] = 1e30F;
    outcome = trainer.run(batches, {0, 2}, rates, {&never, nullptr});
    CHECK(outcome.ending == Ending::loss_not_finite);
    CHECK(outcome.batch == 1);
    CHECK(store.values()[0] == 1);
}

/// A batch of three rows, of which one has a target that is no class: what is read there does not
/// say where in memory to look.
template <class T>
void what_is_no_class_number_ends_the_run_before_the_update() {
    Graph g;
    const ValueId input = g.input("x", 1);
    const ValueId output = g.add(Affine{input, g.parameter("w", 1, 3), kNoValue});
    const ValueId target = g.input("y", 1);
    const ValueId weight = g.input("weight", 1);
    const ValueId loss = g.add(loss_of(g, Loss::cross_entropy, output, target, weight));
    ParameterStore<T> store(g);
    OptimizerState<T> optimizer({.optimizer = Optimizer::sgd}, 3);
    Figures figures({{MetricKind::accuracy, 0.5}, {MetricKind::top_k_accuracy, 2}}, 3, false);
    Routine<T> routine(g, {{input, target, weight}, {{output, loss, 1, &figures}}}, Purpose::train,
                       store, &optimizer, 3, 0);
    Trainer<T> trainer({&routine});
    const std::vector<float> x(6, 1);
    std::vector<double> y{0, 1, 2, 0, 1, 2};
    const Batches batches{.feeds = {{x.data(), DataType::float32, 6, 1, 4, 4},
                                    {y.data(), DataType::float64, 6, 1, 8, 8},
                                    {}},
                          .metric_weights = {},
                          .order = nullptr,
                          .samples = 6,
                          .batch_size = 3};
    const double rates[2] = {0.1, 0.1};
    for (const double wrong : {3.0, -1.0, 0.5, 1e30, -1e30}) {
        y[4] = wrong;
        const Outcome outcome = trainer.run(batches, {1, 2}, rates, {&never, nullptr});
        CHECK(outcome.ending == Ending::no_index && outcome.batch == 1);
        CHECK(optimizer.steps() == 0);
    }
    y[4] = 2;
    CHECK(trainer.run(batches, {0, 2}, rates, {&never, nullptr}).ending == Ending::complete);
}

/// Training on rows of a table, of which a batch holds some: those that no batch holds stay.
template <class T>
std::vector<T> trained_rows(int threads, double wrong, Ending ending) {
    set_thread_limit(threads);
    constexpr Index rows = 40, width = 190, batch = 64, columns = 3, outputs = 128;
    Graph g;
    const ValueId words = g.input("words", columns);
    const ValueId table = g.parameter("table", rows, width);
    const ValueId read = g.add(Reshape{g.add(Embedding{words, table}), 1, columns * width});
    const ValueId output = g.add(
        Affine{read, g.parameter("w", columns * width, outputs), g.parameter("b", 1, outputs)});
    const ValueId target = g.input("y", outputs);
    const ValueId weight = g.input("weight", 1);
    const ValueId loss = g.add(loss_of(g, Loss::squared_error, output, target, weight));
    ParameterStore<T> store(g);
    std::fill_n(store.values(), store.size(), T{0.5});
    OptimizerState<T> optimizer({.optimizer = Optimizer::adam,
                                 .beta_1 = 0.9,
                                 .beta_2 = 0.999,
                                 .epsilon = 1e-8,
                                 .global_clipnorm = 0.7},
                                store.size());
    Figures figures({}, outputs, false);
    Routine<T> routine(g, {{words, target, weight}, {{output, loss, 1, &figures}}}, Purpose::train,
                       store, &optimizer, batch, 0);
    Trainer<T> trainer({&routine});
    constexpr Index samples = 3 * batch - 5;
    std::vector<double> x(samples * columns), y(samples * outputs);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i * i % 31);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<double>(i % 7) - 3;
    x[2 * batch * columns + 7] = wrong;
    const Batches batches{.feeds = {{x.data(), DataType::float64, samples, columns, 8 * columns, 8},
                                    {y.data(), DataType::float64, samples, outputs, 8 * outputs, 8},
                                    {}},
                          .metric_weights = {},
                          .order = nullptr,
                          .samples = samples,
                          .batch_size = batch};
    const double rates[3] = {0.1, 0.1, 0.1};
    const Outcome outcome = trainer.run(batches, {0, 3}, rates, {&never, nullptr});
    CHECK(outcome.ending == ending);
    CHECK(optimizer.steps() == (ending == Ending::complete ? 3 : 2));
    const T* const first = store.values();
    for (Index i = 31 * width; i < rows * width; ++i) CHECK(first[i] == T{0.5});
    CHECK(first[0] != T{0.5});
    return {first, first + store.size()};
}

template <class T>
void rows_of_a_table_are_trained_in_the_same_bits() {
    const std::vector<T> alone = trained_rows<T>(1, 0, Ending::complete);
    for (const int threads : {2, 4}) {
        CHECK(trained_rows<T>(threads, 0, Ending::complete) == alone);
        for (const double wrong : {40.0, -1.0, 0.5, 1e30, -1e30})
            trained_rows<T>(threads, wrong, Ending::no_index);
    }
}

}  // namespace

int main() {
    testing::skip_unless_available();
    training_gives_the_same_bits_on_any_number_of_threads<float>();
    training_gives_the_same_bits_on_any_number_of_threads<double>();
    what_is_not_finite_ends_the_run_before_the_update();
    what_is_no_class_number_ends_the_run_before_the_update<float>();
    what_is_no_class_number_ends_the_run_before_the_update<double>();
    rows_of_a_table_are_trained_in_the_same_bits<float>();
    rows_of_a_table_are_trained_in_the_same_bits<double>();
}
