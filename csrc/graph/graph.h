#pragma once

#include <memory>
#include <string>
#include <vector>

#include "graph/op.h"
#include "graph/table.h"

namespace ganglion {

/// What to compute: values and the ops between them, in an order in which they can run.
class Graph {
  public:
    struct Node {
        Op op;
        ValueId output;
    };

    /// Of parameters of its own, or of a table that other graphs share.
    Graph() : Graph(std::make_shared<ParameterTable>()) {}
    explicit Graph(std::shared_ptr<ParameterTable> table) : table_(std::move(table)) {}

    /// Name the layer that the ops added next belong to: their values are named after it.
    void set_layer(const std::string& name) { layer_ = name; }

    // Each throws std::invalid_argument when what it is given does not fit.
    ValueId input(const std::string& name, Index channels, Index positions = 1);
    /// A parameter of the table's: always the same value for the same slot.
    ValueId parameter(int slot);
    /// A new one.
    ValueId parameter(const std::string& name, Index rows, Index cols, int group = 0,
                      ParameterKind kind = ParameterKind::weight) {
        return parameter(table_->add(name, rows, cols, group, kind));
    }
    /// Say what norm a parameter has at most, once it has stepped.
    void limit_norm(ValueId parameter, const MaxNorm& norm);
    ValueId add(Op op);

    const Value& value(ValueId id) const;
    const std::vector<Value>& values() const { return values_; }
    const std::vector<Node>& nodes() const { return nodes_; }
    const std::shared_ptr<ParameterTable>& table() const { return table_; }
    /// The op that makes a value, or null for inputs and parameters.
    const Op* producer(ValueId id) const;

  private:
    ValueId add_value(Value value);

    std::string layer_;
    std::shared_ptr<ParameterTable> table_;
    std::vector<Value> values_;
    std::vector<Node> nodes_;
};

inline std::vector<ValueId> inputs_of(const Op& op) {
    return std::visit([](const auto& one) { return one.inputs(); }, op);
}

/// The input of an op that says where in memory to look.
Indexed indexed_by(const Graph& graph, const Op& op);

/// Of a value that does, how many there are to all ops that read it; 0: it may hold any number.
Index index_count(const Graph& graph, ValueId value);

/// Throws std::invalid_argument, naming `op`, unless each is an input of the graph, and none twice;
/// kNoValue may be there.
void check_inputs(const Graph& graph, const std::vector<ValueId>& inputs, const char* op);

/// The extent of two values, which must be the same.
Extent same_extent(const Graph& graph, const char* op, ValueId a, ValueId b);

}  // namespace ganglion
