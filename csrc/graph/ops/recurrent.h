#pragma once

#include "graph/value.h"
#include "program/buffer.h"
#include "program/calls/cell_function.h"

namespace ganglion {

class Graph;
class Lowering;

/// Throws std::invalid_argument, naming `op`, unless z has a row for each sample, and `recurrent`
/// is a parameter that makes so many gates, each as many channels as there are units, of units.
/// Returns the extent of what the cell gives: its units at each position.
Extent extent_of_cell(const Graph& graph, const char* op, ValueId z, ValueId recurrent,
                      Index gates);

/// Throws std::invalid_argument, naming `op`, unless the derivative follows from what comes out.
void check_cell_function(const char* op, const CellFunction& function);

/// Memory of a cell whose output is y: what its way back reads, at each position; in predictions,
/// of the one that is walked.
BufferId kept_of_cell(Lowering& to, ValueId y, const char* what, Index channels);

/// Memory of as many channels as y has, at the position that is walked.
BufferId of_one_position(Lowering& to, ValueId y, const char* what);

/// The positions of a buffer in the order of a walk.
BufferId walked(Lowering& to, BufferId of, bool backwards);

/// The gradient of the weights between positions, where it is wanted: of all positions in one
/// product, of h at the position before and of dz, whose positions are as in z.
void contribute_recurrent(Lowering& to, ValueId recurrent, BufferId h, BufferId dz, bool backwards);

}  // namespace ganglion
