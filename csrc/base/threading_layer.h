#pragma once

#include <string>
#include <vector>

namespace ganglion {

/// Where the threads of a team come from.
enum class ThreadingLayer {
    openmp,  // OpenMP's runtime
    pool,    // a pool of our own
};

const char* name(ThreadingLayer layer);

/// The names of those in this build.
std::vector<std::string> built_threading_layers();

/// The layer in use: what was set, else what GANGLION_THREADING_LAYER says, else OpenMP. A child
/// made by fork uses the pool, as OpenMP's runtime lost its threads.
ThreadingLayer threading_layer();

/// Why it is that one ("set_threading_layer", the variable's name, "default", or what spoke against
/// another). Throws where GANGLION_THREADING_LAYER names no layer of this build.
std::string threading_layer_source();

/// Set the layer for calls that begin from now on; an empty name returns to the environment's.
/// Throws for a name that is no layer of this build.
void set_threading_layer(const std::string& name);

/// Let the pool be the default, for a reason that is told.
void avoid_openmp(const std::string& reason);

}  // namespace ganglion
