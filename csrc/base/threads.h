#pragma once

#include <string>

#include "base/team.h"

namespace ganglion {

// The threading layers. Each runs `function` on up to `size` threads, the caller's among them, and
// returns when all have; its other threads stay for the next call, asleep. One call uses a layer at
// a time: another one meanwhile runs on its caller's thread alone.

/// On threads of our own.
void run_on_pool(int size, TeamFunction function, const void* body);

/// On those of OpenMP's runtime. A child made by fork has none of them, and must not ask for any.
void run_on_openmp(int size, TeamFunction function, const void* body);

/// Where the runtime was loaded from; empty in a build without OpenMP.
std::string openmp_library();

}  // namespace ganglion
