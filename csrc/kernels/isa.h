#pragma once

// What a file that builds the kernels for one instruction set needs before its target region opens,
// and the tables those files define.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/target.h"
#include "kernels/kernels.h"
#include "simd/subnormal.h"

namespace ganglion {

/// The kernels of one instruction set, for both precisions.
struct IsaKernels {
    Kernels<float> float32;
    Kernels<double> float64;
};

extern const IsaKernels baseline_kernels;
extern const IsaKernels avx2_kernels;
extern const IsaKernels avx512_kernels;

}  // namespace ganglion
