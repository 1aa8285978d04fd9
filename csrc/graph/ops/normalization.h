#pragma once

#include "graph/value.h"
#include "program/buffer.h"

// What ops have in common that normalize, and scale and move each channel then.

namespace ganglion {

class Graph;
class Lowering;

/// Throws std::invalid_argument, naming `op`, unless a value is a parameter of one row, with a
/// number for each channel of `x`; kNoValue may be left out.
void check_channel_parameter(const Graph& graph, const char* op, ValueId parameter, ValueId x);

/// Throws std::invalid_argument, naming `op`, unless what is added to a variance is positive.
void check_epsilon(const char* op, double epsilon);

/// Add the sums of a gradient (kernels/normalization.h) to the gradients of what was multiplied by
/// xhat and of what was added, where those want one.
void contribute_gradient_sums(Lowering& to, BufferId sums, ValueId weight, ValueId bias);

}  // namespace ganglion
