#include "kernels/isa.h"

// The compiler's own target: x86-64-v2 or armv8-a (NEON) in wheels.
namespace ganglion::baseline {
namespace {

constexpr int vector_bytes = 16;
#if defined(__aarch64__)
constexpr int tile_rows = 8;  // thirty-two registers
#else
constexpr int tile_rows = 6;  // sixteen registers: 6 x 2 sums, 2 of B, 1 of A
#endif

#include "kernels/isa.inl.h"

}  // namespace
}  // namespace ganglion::baseline

namespace ganglion {
constinit const IsaKernels baseline_kernels{baseline::table<float>(Isa::baseline),
                                            baseline::table<double>(Isa::baseline)};
}  // namespace ganglion
