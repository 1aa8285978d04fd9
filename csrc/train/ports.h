#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "graph/graph.h"

// The inputs and outputs of what runs a graph on matrices that the caller gives.

namespace ganglion {

struct Port {
    ValueId value;
    std::string which;  // for messages: where there are several, " of " and its value's name
    Index cols;         // numbers of a row
};

inline std::vector<Port> ports_of(const Graph& graph, const std::vector<ValueId>& values) {
    std::vector<Port> ports;
    for (const ValueId id : values) {
        const Value& value = graph.value(id);
        const std::string which = values.size() == 1 ? "" : " of " + value.name;
        ports.push_back({id, which, value.extent.row_size()});
    }
    return ports;
}

/// Throws std::invalid_argument, naming `op` and `what` it is, unless a matrix that is given for a
/// port has so many rows of its numbers.
template <class Given>
void check_shape(const char* op, const char* what, const Port& port, const Given& given,
                 Index rows) {
    if (given.rows != rows || given.cols != port.cols)
        fail(op, what, port.which, " is ", given.rows, "x", given.cols, ", must be ", rows, "x",
             port.cols);
}

}  // namespace ganglion
