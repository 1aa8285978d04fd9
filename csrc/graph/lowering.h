#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "graph/graph.h"
#include "program/program.h"

namespace ganglion {

enum class Mode { train, infer };

/// A loss in what is minimised, and what it is multiplied by there.
struct Term {
    ValueId loss;
    double factor = 1;
};

/// What a program computes: `outputs`, whose rows are dense and make a matrix of positions, and in
/// training the gradients of parameters. Training starts from the losses, or, without one, from
/// gradients of the outputs given by the caller; then a graph that cannot be differentiated still
/// runs forward.
struct Goal {
    Mode mode;
    std::vector<ValueId> outputs;
    std::vector<Term> losses{};
    bool input_gradients = false;    // also the gradients of the graph's inputs
    ValueId term_weight = kNoValue;  // what each row counts in losses without weights of their own,
                                     // and in sums over the batch; kNoValue: all the same
    bool updates = false;  // the gradients of large weights may make their step and be forgotten
    bool row_gradients = false;  // those of tables may be of the rows alone that a batch names
    Groups groups{};             // whose parameters are trained
};

/// Turns a graph into a program: gives values and gradients their buffers, and collects the calls
/// that the ops emit.
class Lowering {
  public:
    Lowering(const Graph& graph, const Goal& goal);

    const Graph& graph() const { return graph_; }
    Mode mode() const { return goal_.mode; }
    /// A loss's place in what is minimised; nothing where it is no part of it.
    struct NumberedTerm {
        int number;
        double factor;
    };
    std::optional<NumberedTerm> term(ValueId loss) const;

    /// Has the goal weights of rows?
    bool weighs_terms() const { return goal_.term_weight != kNoValue; }
    /// Their buffer, a number for each row; kNoBuffer where it has none.
    BufferId term_weight() { return value(goal_.term_weight); }

    /// Does the goal train the group that a parameter belongs to?
    bool trains_group_of(ValueId parameter) const;

    /// May the gradient of a table be of some rows alone? Only one op may read it, for others know
    /// of no rows.
    bool is_of_rows(ValueId table) const {
        return goal_.row_gradients && wants_gradient(table) &&
               uses_[static_cast<std::size_t>(table)] == 1;
    }
    void give(const RowGradient& gradient) { program_.row_gradients.push_back(gradient); }

    void emit(Call call) { program_.calls.push_back(std::move(call)); }

    /// Keep numbers for a call; returns where they are among the program's.
    Range keep(const std::vector<double>& numbers);

    /// The value's buffer; kNoBuffer for kNoValue.
    BufferId value(ValueId id);
    /// The same as a matrix: a copy where it is none.
    BufferId matrix(ValueId id) { return copied_unless(&Buffer::is_matrix, value(id)); }
    /// Let a value lie where a buffer of its extent does.
    void be(ValueId id, BufferId buffer) { program_.values[static_cast<std::size_t>(id)] = buffer; }

    Extent extent(BufferId id) const { return program_.memory.buffer(id).extent; }
    /// A new buffer for a call's own use.
    BufferId scratch(const std::string& name, const Extent& extent);
    /// Some positions and channels of a buffer.
    BufferId view(BufferId of, Range positions, Range channels);
    /// The positions of a buffer from the last to the first.
    BufferId reversed(BufferId of);
    /// A buffer whose rows lie together: itself, or a copy.
    BufferId dense(BufferId of) { return copied_unless(&Buffer::is_dense_in_row, of); }
    /// A buffer all of whose numbers lie together: itself, or a copy.
    BufferId in_one_piece(BufferId of) { return copied_unless(&Buffer::is_in_one_piece, of); }
    /// The rows of a dense one in another extent.
    BufferId reshaped(BufferId of, const Extent& extent);

    /// Buffers that an op has made on the way forward, kept for its way back, by its output.
    void save(ValueId y, std::vector<BufferId> buffers) { saved_[y] = std::move(buffers); }
    const std::vector<BufferId>& saved(ValueId y) const { return saved_.at(y); }

    bool wants_gradient(ValueId id) const;
    /// The buffer of the value's whole gradient, for the op that made the value.
    BufferId gradient(ValueId id);
    BufferId gradient_matrix(ValueId id) { return copied_unless(&Buffer::is_matrix, gradient(id)); }
    /// Where a part of a value's gradient goes: added to what is there if `accumulate`, else
    /// written.
    struct Contribution {
        BufferId into;
        bool accumulate;
    };
    Contribution contribute(ValueId id);
    /// Emit a call that writes a part of the gradient of `id` into the buffer it is given, for
    /// kernels that cannot accumulate: what is there already is added afterwards.
    template <class MakeCall>
    void contribute_call(ValueId id, const MakeCall& make_call) {
        const Contribution to = contribute(id);
        if (!to.accumulate) return emit(make_call(to.into));
        const Value& value = graph_.value(id);
        const BufferId part = scratch("part of d " + value.name, value.extent);
        emit(make_call(part));
        emit(AddCall{to.into, part, to.into});
    }
    /// What a buffer holds is one part of the gradient of `id`, and shares its buffer if it is the
    /// only part.
    void contribute_gradient(BufferId part, ValueId id);
    /// The gradient of `same` is one part of that of `id`.
    void contribute_gradient_of(ValueId same, ValueId id) {
        if (wants_gradient(id)) contribute_gradient(gradient(same), id);
    }

    /// Lower the ops that the goal needs, forward and, in training, backward.
    Program run();

  private:
    BufferId add_buffer(const std::string& prefix, const Value& value, Space of_parameters);
    BufferId copied_unless(bool (Buffer::*fits)() const, BufferId id);
    std::vector<bool> needed_nodes() const;
    void mark_gradients(const std::vector<bool>& needed);
    void begin_gradient(int number);
    void run_backward(const std::vector<bool>& needed);
    void remember(const std::vector<bool>& needed);
    void keep_what_the_caller_reads();

    const Graph& graph_;
    const Goal& goal_;
    Program program_;
    std::vector<bool> wants_;  // by ValueId: a gradient
    std::vector<int> uses_;    // by ValueId: by needed ops
    std::map<BufferId, BufferId> copies_;
    std::map<ValueId, std::vector<BufferId>> saved_;
};

}  // namespace ganglion
