#pragma once

#include <string>

#include "base/crew.h"

namespace ganglion {

// Where the helpers of a crew come from. Each starts up to `count` threads that serve it for ever,
// with ranks from `first` on, and returns how many there are: the system may give fewer.

/// Threads of our own.
int start_pool(Crew& crew, int first, int count);

#if defined(_OPENMP)

/// Those of a parallel region of OpenMP's, which never ends: so none of them waits in the runtime's
/// way, and its caller is a thread that nobody else asks for a region.
int start_openmp(Crew& crew, int first, int count);

#endif

/// Where OpenMP's runtime was loaded from; empty in a build without it.
std::string openmp_library();

/// CPUs that OpenMP's runtime may use: where it binds threads, the calling one has but one of them
/// left. 0 in a build without it.
int openmp_processors();

}  // namespace ganglion
