#pragma once

#include <string>
#include <vector>

#include "base/threads.h"

namespace ganglion {

/// Where the threads of a team come from: OpenMP's runtime ("openmp"), or a pool of our own
/// ("pool").
struct ThreadingLayer {
    const char* name;
    int (*start)(Crew& crew, int first, int count);
};

/// The names of those in this build.
std::vector<std::string> threading_layers();

/// The layer in use: what was set, else what GANGLION_THREADING_LAYER says, else OpenMP. A child
/// made by fork uses the pool, as the runtime may wait for threads that stayed with its parent.
const ThreadingLayer& threading_layer();

/// Why it is that one ("set_threading_layer", the variable's name, "default", "built without
/// OpenMP", "a child made by fork"). Throws where GANGLION_THREADING_LAYER names no layer of this
/// build.
std::string threading_layer_source();

/// Set the layer for calls that begin from now on; an empty name returns to the environment's.
/// Throws for a name that is no layer of this build.
void set_threading_layer(const std::string& name);

}  // namespace ganglion
