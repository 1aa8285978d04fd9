#include <algorithm>
#include <stdexcept>

#include "check.h"
#include "plan/plan.h"

using namespace ganglion;

namespace {

struct Example {
    Graph graph;
    ValueId x, y, weight, hidden, output, loss;
};

/// 8 inputs, a hidden layer, 3 outputs.
Example example(Activation activation, Index hidden = 16) {
    Example e;
    Graph& g = e.graph;
    e.x = g.input("x", 8);
    e.hidden = g.add(Affine{e.x, g.parameter("w1", 8, hidden), g.parameter("b1", 1, hidden)});
    e.hidden = g.add(ElementwiseActivation{e.hidden, activation});
    e.output = g.add(Affine{e.hidden, g.parameter("w2", hidden, 3), g.parameter("b2", 1, 3)});
    e.y = g.input("y", 1);
    e.weight = g.input("weight", 1);
    e.loss = g.add(loss_of(g, Loss::cross_entropy, e.output, e.y, e.weight));
    return e;
}

Plan train_plan(const Example& e, Index max_batch = 32) {
    return compile(e.graph, {.mode = Mode::train, .outputs = {e.output}, .losses = {{e.loss}}},
                   max_batch);
}

template <class Kind>
std::ptrdiff_t count(const Plan& plan) {
    return std::count_if(plan.steps.begin(), plan.steps.end(),
                         [](const Step& step) { return std::holds_alternative<Kind>(step.call); });
}

void a_dense_layer_costs_three_products_and_no_other_pass() {
    const Plan plan = train_plan(example(Activation::relu));
    // Two layers: two forward, two for the weights, one back to the hidden layer; the input wants
    // none.
    CHECK(count<GemmCall>(plan) == 5);
    CHECK(count<LossCall>(plan) == 1);
    CHECK(plan.steps.size() == 6);
}

void a_pre_activation_is_kept_only_where_backward_reads_it() {
    const auto products_with_two_outputs = [](const Plan& plan) {
        return std::count_if(plan.steps.begin(), plan.steps.end(), [](const Step& step) {
            const auto* gemm = std::get_if<GemmCall>(&step.call);
            return gemm != nullptr && gemm->activated != kNoBuffer && gemm->activated != gemm->c;
        });
    };
    CHECK(products_with_two_outputs(train_plan(example(Activation::relu))) == 0);
    CHECK(products_with_two_outputs(train_plan(example(Activation::gelu))) == 1);
}

void a_depth_is_cut_where_it_is_long_and_the_result_small() {
    const Plan shallow = train_plan(example(Activation::relu), 2048);
    CHECK(count<DeepGemmCall>(shallow) == 0);
    const Plan deep = train_plan(example(Activation::relu), 2049);
    CHECK(count<DeepGemmCall>(deep) == 2);
    CHECK(count<AddPartsCall>(deep) == 4);  // of weights and of biases
    const Plan wide = train_plan(example(Activation::relu, 16'384), 2049);
    CHECK(count<DeepGemmCall>(wide) == 1);  // 8 times 16,384 numbers are many, 3 times are few
}

/// Its parts are only multiplied.
void a_product_that_does_more_is_not_cut() {
    Memory memory;
    const auto matrix = [&](Index rows, Index columns) {
        return memory.add_whole("", {Space::arena, {rows, 1, columns}});
    };
    const GemmCall plain{matrix(kBatch, 8), matrix(kBatch, 3), matrix(8, 3), true};
    const BufferId other = matrix(8, 3);
    const auto is_cut = [&](BufferId GemmCall::* operand) {
        GemmCall product = plain;
        product.*operand = other;
        return product.in_parts(memory, 4096).has_value();
    };
    CHECK(is_cut(&GemmCall::c));
    CHECK(!is_cut(&GemmCall::bias));
    CHECK(!is_cut(&GemmCall::activated));
    CHECK(!is_cut(&GemmCall::saved));
    CHECK(!is_cut(&GemmCall::updated));
    GemmCall transposed = plain;
    transposed.transpose_b = true;
    CHECK(!transposed.in_parts(memory, 4096));
}

void a_loss_is_computed_once_where_no_gradient_is_wanted() {
    Graph g;
    const ValueId loss = g.add(loss_of(g, Loss::squared_error, g.input("x", 2),
                                       g.input("target", 2), g.input("weight", 1)));
    const Plan plan = compile(g, {.mode = Mode::train, .outputs = {loss}}, 4);
    CHECK(count<LossCall>(plan) == 1);
}

/// The kernel takes them for a plain array.
void weights_that_do_not_lie_together_are_copied() {
    for (const Index channels : {1, 2}) {
        Graph g;
        const ValueId output =
            g.add(Affine{g.input("x", 3), g.parameter("w", 3, 2), g.parameter("b", 1, 2)});
        const ValueId weights = g.input("weights", channels);
        const ValueId weight = g.add(Slice{weights, {0, 1}, {0, 1}});
        const ValueId loss =
            g.add(loss_of(g, Loss::squared_error, output, g.input("target", 2), weight));
        const Plan plan =
            compile(g, {.mode = Mode::train, .outputs = {output}, .losses = {{loss}}}, 4);
        CHECK(count<CopyCall>(plan) == channels - 1);
    }
}

void rows_have_weights_where_the_goal_has_some() {
    Graph g;
    const ValueId x = g.input("x", 3);
    const ValueId weight = g.input("weight", 1);
    const ValueId units = g.add(ElementwiseActivation{
        g.add(Affine{x, g.parameter("w", 3, 5), kNoValue}), Activation::sigmoid});
    Goal goal{.mode = Mode::train,
              .outputs = {units},
              .losses = {{sparsity_of(g, units, 0.1)}, {g.add(L1L2{units, 0.1, 0.2})}}};
    const auto readers = [&](const Plan& plan) {
        return std::count_if(plan.steps.begin(), plan.steps.end(), [&](const Step& step) {
            const std::vector<BufferId> reads = accesses(step.call).reads;
            return std::count(reads.begin(), reads.end(), plan.value(weight)) > 0;
        });
    };
    const Plan plain = compile(g, goal, 8);
    CHECK(!plain.uses(weight));
    goal.term_weight = weight;
    const Plan weighted = compile(g, goal, 8);
    CHECK(readers(weighted) == 4);  // sums of units and of weights, and the gradients of both terms
    CHECK(weighted.steps.size() == plain.steps.size() + 1);
}

/// A loss of a target makes its gradient where that of its rows is known.
void a_loss_whose_rows_have_weights_of_the_goal_is_computed_again() {
    for (const bool weighs_terms : {false, true}) {
        Graph g;
        const ValueId x = g.input("x", 2);
        const ValueId weight = g.input("weight", 1);
        const ValueId output = g.add(Affine{x, g.parameter("w", 2, 2), kNoValue});
        const ValueId loss = g.add(loss_of(g, Loss::huber, output, x, kNoValue, {0.5}));
        Goal goal{.mode = Mode::train, .outputs = {output}, .losses = {{loss}}};
        if (weighs_terms) goal.term_weight = weight;
        const Plan plan = compile(g, goal, 4);
        CHECK(count<LossCall>(plan) == (weighs_terms ? 2 : 1));
        CHECK(count<BeginGradientCall>(plan) == (weighs_terms ? 1 : 0));
    }
}

void inference_has_no_backward_pass_and_reuses_memory() {
    Graph g;
    ValueId x = g.input("x", 64);
    const ValueId input = x;
    for (int layer = 0; layer < 8; ++layer) {
        x = g.add(Affine{x, g.parameter("w", 64, 64), kNoValue});
        x = g.add(ElementwiseActivation{x, Activation::tanh});
    }
    const Plan plan = compile(g, {.mode = Mode::infer, .outputs = {x}}, 16);
    CHECK(plan.steps.size() == 8);
    CHECK(plan.backward_begin == 8);
    CHECK(plan.arena_size <= 3 * 16 * 64);
    CHECK(plan.values[static_cast<std::size_t>(input)] != kNoBuffer);
}

/// Buffers that a step touches together never overlap, unless they are the same.
void no_two_buffers_of_a_step_overlap() {
    const Plan plan = train_plan(example(Activation::gelu), 5);
    for (const Step& step : plan.steps) {
        Accesses found = accesses(step.call);
        std::vector<BufferId> ids = found.reads;
        ids.insert(ids.end(), found.writes.begin(), found.writes.end());
        for (const BufferId a : ids) {
            for (const BufferId b : ids) {
                const Storage& one = plan.memory.storage_of(a);
                const Storage& other = plan.memory.storage_of(b);
                if (a == b || one.space != Space::arena || other.space != Space::arena) continue;
                const bool apart = one.offset + one.size(5) <= other.offset ||
                                   other.offset + other.size(5) <= one.offset;
                CHECK(apart);
            }
        }
    }
}

/// Of the numbers that a batch holds: what it takes is in the arena once, not for each member.
void a_table_costs_no_member_a_number_for_each_row() {
    constexpr Index rows = 1 << 20;
    Graph g;
    const ValueId table = g.parameter("table", rows, 2);
    const ValueId read = g.add(Embedding{g.input("words", 1), table});
    const ValueId output = g.add(Reshape{read, 1, 2});
    const ValueId y = g.input("y", 2);
    const ValueId loss = g.add(loss_of(g, Loss::squared_error, output, y, g.input("weight", 1)));
    const Plan plan = compile(
        g, {.mode = Mode::train, .outputs = {}, .losses = {{loss}}, .row_gradients = true}, 32);
    CHECK(count<ListRowsCall>(plan) == 1);
    CHECK(plan.arena_size >= rows && plan.arena_size < 2 * rows);
    for (const Step& step : plan.steps)
        CHECK(scratch_size_of<float>(step.call, plan.memory, 32) < rows);
}

void what_cannot_be_computed_is_refused() {
    CHECK(testing::throws<std::invalid_argument>([] { train_plan(example(Activation::step)); }));
    CHECK(testing::throws<std::invalid_argument>([] { train_plan(example(Activation::relu), 0); }));
    CHECK(testing::throws<std::invalid_argument>([] {
        Graph g;
        g.add(Affine{g.input("x", 3), g.parameter("w", 4, 2), kNoValue});
    }));
    CHECK(testing::throws<std::invalid_argument>([] {
        Graph g;
        g.add(Add{g.input("a", 3), g.input("b", 4)});
    }));
}

void a_graph_without_derivative_still_runs_forward_on_a_tape() {
    const Example e = example(Activation::step);
    const Plan plan = compile(e.graph, {.mode = Mode::train, .outputs = {e.output}}, 4);
    CHECK(!plan.no_backward.empty());
    CHECK(plan.backward_begin == plan.steps.size());
}

}  // namespace

int main() {
    testing::skip_unless_available();
    a_dense_layer_costs_three_products_and_no_other_pass();
    a_pre_activation_is_kept_only_where_backward_reads_it();
    a_depth_is_cut_where_it_is_long_and_the_result_small();
    a_product_that_does_more_is_not_cut();
    a_loss_is_computed_once_where_no_gradient_is_wanted();
    weights_that_do_not_lie_together_are_copied();
    rows_have_weights_where_the_goal_has_some();
    a_loss_whose_rows_have_weights_of_the_goal_is_computed_again();
    inference_has_no_backward_pass_and_reuses_memory();
    no_two_buffers_of_a_step_overlap();
    a_table_costs_no_member_a_number_for_each_row();
    what_cannot_be_computed_is_refused();
    a_graph_without_derivative_still_runs_forward_on_a_tape();
}
