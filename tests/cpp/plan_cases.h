#pragma once

#include <string>
#include <utility>
#include <vector>

#include "plan/plan.h"

// Programs in which memory is used again, rows and tiles are divided, values are views of others,
// and parts of gradients add up.

namespace ganglion::testing {

inline constexpr Index kRows = 41;

/// What is computed, the program for it, how long its storages live, and which its caller reads.
struct Case {
    std::string name;
    Graph graph;
    std::vector<ValueId> inputs;
    Goal goal;
    Program program;
    std::vector<Lifetime> lives;
    std::vector<BufferId> kept;
};

inline ValueId dense(Graph& g, ValueId x, Index units) {
    const ValueId weight = g.parameter("w", g.value(x).extent.channels, units);
    return g.add(Affine{x, weight, g.parameter("b", 1, units)});
}

inline ValueId activated(Graph& g, ValueId x, Activation activation) {
    return g.add(ElementwiseActivation{x, activation});
}

inline ValueId chain(Graph& g, ValueId x, const std::vector<Index>& sizes) {
    for (const Index units : sizes) x = activated(g, dense(g, x, units), Activation::tanh);
    return dense(g, x, 2);
}

/// Weights that each member reads for its own rows.
inline ValueId narrow(Graph& g, ValueId x) { return chain(g, x, {9, 17, 16, 16}); }

/// Weights that members share out, and update in the backward pass.
inline ValueId large(Graph& g, ValueId x) { return chain(g, x, {257, 256}); }

/// A value that is used in many ways, dropout, a softmax in the middle, a residual block.
inline ValueId branches(Graph& g, ValueId x) {
    const ValueId z = dense(g, x, 12);
    ValueId sum = g.add(Add{z, z});
    sum = g.add(Add{sum, g.add(Softmax{z})});
    sum = g.add(Add{g.add(Corruption::dropout(z, 0.3, 0)), sum});
    const ValueId hidden = activated(g, dense(g, sum, 20), Activation::gelu);
    sum = g.add(Add{dense(g, hidden, 12), sum});
    return activated(g, dense(g, sum, 3), Activation::tanh);
}

/// A normal, of which a sample is drawn, noise that is added to it, and the largest of what comes.
inline ValueId samples(Graph& g, ValueId x) {
    const ValueId hidden = activated(g, dense(g, x, 9), Activation::tanh);
    const ValueId sample = g.add(Sampling{dense(g, hidden, 6), dense(g, hidden, 6), 0});
    const ValueId noisy = g.add(GaussianNoise{g.add(Add{sample, dense(g, hidden, 6)}), 0.2, 1});
    return dense(g, g.add(KeepLargest{noisy, 4}), 3);
}

/// Positions and channels of a value, cut, put together, and multiplied.
inline ValueId views(Graph& g, ValueId x) {
    const ValueId steps = g.add(Reshape{dense(g, x, 24), 4, 6});
    const ValueId hidden = activated(g, dense(g, steps, 5), Activation::tanh);
    const ValueId middle = g.add(Slice{hidden, {1, 3}, {0, 5}});
    const ValueId right = g.add(Slice{steps, {0, 2}, {1, 6}});
    const ValueId product = g.add(Multiply{middle, right});
    const ValueId wide = g.add(Concatenate{{product, dense(g, middle, 3), product}});
    return dense(g, activated(g, g.add(Reshape{wide, 1, 26}), Activation::gelu), 3);
}

/// So many positions that sums over them are cut: of gradients that add up, in products on the left
/// and on the right, and in sums of columns alone.
inline ValueId deep(Graph& g, ValueId x) {
    const ValueId weight = g.parameter("w", 2, 2);
    const ValueId bias = g.parameter("b", 1, 2);
    ValueId steps = g.add(Reshape{dense(g, x, 240), 120, 2});
    for (int i = 0; i < 2; ++i)
        steps = activated(g, g.add(Affine{steps, weight, bias}), Activation::tanh);
    steps = g.add(Affine{steps, weight, g.parameter("c", 1, 2), true});
    return dense(g, g.add(Reshape{steps, 1, 240}), 3);
}

/// What normalizes a value over the batch: its states may be less than 0 here, which epsilon makes
/// good for.
inline BatchNormalization over_batch(Graph& g, ValueId x) {
    const Index channels = g.value(x).extent.channels;
    const auto state = [&](const char* name) {
        return g.parameter(name, 1, channels, 0, ParameterKind::state);
    };
    return {.x = x,
            .weight = g.parameter("scale", 1, channels),
            .bias = g.parameter("shift", 1, channels),
            .mean = state("mean"),
            .variance = state("variance"),
            .momentum = 0.9,
            .epsilon = 10};
}

inline ValueId over_channels(Graph& g, ValueId x) {
    const Index channels = g.value(x).extent.channels;
    return g.add(LayerNormalization{x, g.parameter("scale", 1, channels),
                                    g.parameter("shift", 1, channels), 1e-3});
}

/// Normalized over the batch, twice by one layer, whose states move twice, and over channels.
inline ValueId normalized(Graph& g, ValueId x) {
    const ValueId z = dense(g, x, 36);
    BatchNormalization shared = over_batch(g, z);
    shared.x = activated(g, g.add(shared), Activation::tanh);
    const ValueId twice = g.add(shared);
    return dense(g, g.add(Add{over_channels(g, twice), z}), 3);
}

/// Over so many positions that the sums are cut.
inline ValueId deeply_normalized(Graph& g, ValueId x) {
    const ValueId steps = g.add(Reshape{dense(g, x, 120), 60, 2});
    const ValueId y = over_channels(g, activated(g, g.add(over_batch(g, steps)), Activation::tanh));
    return dense(g, g.add(Reshape{y, 1, 120}), 3);
}

/// Walked forward and back, positions of which one reads all, and a loss the last.
inline ValueId recurrent(Graph& g, ValueId x) {
    const ValueId steps = g.add(Reshape{dense(g, x, 20), 5, 4});
    const auto walk = [&](ValueId from, Activation activation, bool backwards) {
        return g.add(
            SimpleRNN{dense(g, from, 6), g.parameter("u", 6, 6), activation, 0, backwards});
    };
    const ValueId there = walk(steps, Activation::tanh, false);
    const ValueId back = walk(there, Activation::gelu, true);
    return dense(g, g.add(Slice{g.add(Add{there, back}), {4, 5}, {0, 6}}), 3);
}

/// A cell that forgets, one that resets, and a loss of the last position.
inline ValueId gated(Graph& g, ValueId x) {
    const ValueId steps = g.add(Reshape{dense(g, x, 20), 5, 4});
    const ValueId there = g.add(LSTM{dense(g, steps, 24), g.parameter("u", 6, 24)});
    const ValueId back = g.add(GRU{.z = dense(g, there, 18),
                                   .recurrent = g.parameter("v", 6, 18),
                                   .bias = g.parameter("c", 1, 18),
                                   .backwards = true});
    return dense(g, g.add(Slice{g.add(Add{there, back}), {4, 5}, {0, 6}}), 3);
}

using Network = ValueId (*)(Graph& graph, ValueId x);

inline Case lowered(Case c) {
    c.program = Lowering(c.graph, c.goal).run();
    fuse(c.program, c.goal);
    cut_depth(c.program, kRows);
    if (c.goal.updates) fuse_updates(c.program, kRows, 0);
    c.lives = lifetimes(c.program, c.goal);
    const auto keep = [&c](const std::vector<BufferId>& buffers, ValueId id) {
        c.kept.push_back(buffers[static_cast<std::size_t>(id)]);
    };
    keep(c.program.values, c.goal.outputs[0]);
    for (const Term& term : c.goal.losses) keep(c.program.values, term.loss);
    if (c.goal.input_gradients) keep(c.program.gradients, c.inputs[0]);
    return c;
}

/// From 7 inputs, not yet lowered.
inline Case computed(const std::string& name, Network network, Mode mode) {
    Case c{};
    c.name = name;
    c.inputs = {c.graph.input("x", 7)};
    c.goal = {.mode = mode, .outputs = {network(c.graph, c.inputs[0])}};
    return c;
}

inline Case trained(Network network, const std::string& name) {
    Case c = computed(name, network, Mode::train);
    const ValueId output = c.goal.outputs[0];
    const ValueId target = c.graph.input("y", c.graph.value(output).extent.channels);
    const ValueId weight = c.graph.input("weight", 1);
    c.inputs.insert(c.inputs.end(), {target, weight});
    c.goal.losses = {{c.graph.add(loss_of(c.graph, Loss::squared_error, output, target, weight))}};
    c.goal.updates = true;
    return lowered(std::move(c));
}

/// Losses of values within it, of a weight, and of the whole batch, whose rows may count
/// differently.
inline Case trained_on_terms(const std::string& name, bool weighs_terms) {
    Case c = computed(name, branches, Mode::train);
    Graph& g = c.graph;
    if (weighs_terms) {
        c.goal.term_weight = g.input("weight", 1);
        c.inputs.push_back(c.goal.term_weight);
    }
    const ValueId units = activated(g, dense(g, c.inputs[0], 40), Activation::sigmoid);
    const ValueId mean = g.add(Slice{units, {0, 1}, {0, 16}});
    const ValueId log_variance = g.add(Slice{units, {0, 1}, {20, 36}});
    const ValueId weight = g.parameter("kept small", 23, 9);
    const ValueId hidden = activated(g, c.goal.outputs[0], Activation::tanh);
    c.goal.losses = {{g.add(NormalKL{mean, log_variance}), 0.5},
                     {sparsity_of(g, units, 0.1), 2},
                     {g.add(L1L2{weight, 0.1, 0.2})},
                     {g.add(L1L2{hidden, 0.3, 0.1})}};
    const ValueId y = g.add(Affine{dense(g, hidden, 23), weight, kNoValue, false});
    const ValueId target = g.add(Slice{c.inputs[0], {0, 1}, {0, 7}});
    const ValueId output = g.add(Slice{y, {0, 1}, {1, 8}});
    c.goal.losses.push_back({g.add(loss_of(g, Loss::huber, output, target, kNoValue, {0.5}))});
    return lowered(std::move(c));
}

/// With the gradient of its inputs, from one of its outputs that the caller gives.
inline Case on_tape(Network network, const std::string& name) {
    Case c = computed(name, network, Mode::train);
    c.goal.input_gradients = true;
    return lowered(std::move(c));
}

inline Case predicted(Network network, const std::string& name) {
    return lowered(computed(name, network, Mode::infer));
}

inline std::vector<Case> cases() {
    return {trained(branches, "branches, trained"),
            on_tape(branches, "branches, on a tape"),
            trained(narrow, "narrow, trained"),
            on_tape(narrow, "narrow, on a tape"),
            predicted(narrow, "narrow, predicted"),
            trained(large, "large, trained"),
            predicted(large, "large, predicted"),
            trained(views, "views, trained"),
            on_tape(views, "views, on a tape"),
            trained(deep, "deep, trained"),
            trained(normalized, "normalized, trained"),
            predicted(normalized, "normalized, predicted"),
            trained(deeply_normalized, "deeply normalized, trained"),
            trained(samples, "samples, trained"),
            on_tape(samples, "samples, on a tape"),
            trained(recurrent, "recurrent, trained"),
            on_tape(recurrent, "recurrent, on a tape"),
            predicted(recurrent, "recurrent, predicted"),
            trained(gated, "gated, trained"),
            on_tape(gated, "gated, on a tape"),
            predicted(gated, "gated, predicted"),
            trained_on_terms("terms, trained", false),
            trained_on_terms("weighted terms, trained", true)};
}

}  // namespace ganglion::testing
