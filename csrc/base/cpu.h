#pragma once

#include <vector>

#include "base/matrix.h"

namespace ganglion {

/// Instruction sets, worst first: a later one is preferred.
enum class Isa { baseline, avx2, avx512 };

const char* name(Isa isa);

/// The instruction sets in this build, worst first.
std::vector<Isa> built_isas();

/// Those that the CPU has.
std::vector<Isa> available_isas();

/// The instruction set in use: GANGLION_ISA if set, else the best available. Chosen once.
/// Throws std::invalid_argument when GANGLION_ISA names none that is available.
Isa selected_isa();

/// Bytes of the second cache, which a core has to itself. Read once; a common size where the system
/// does not tell.
Index second_cache_size();

}  // namespace ganglion
