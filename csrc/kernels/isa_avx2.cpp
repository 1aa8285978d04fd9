#include "kernels/isa.h"

#if defined(__x86_64__)

GANGLION_TARGET_BEGIN("avx2,fma")
namespace ganglion::avx2 {
namespace {

constexpr int vector_bytes = 32;
constexpr int tile_rows = 6;  // sixteen registers: 6 x 2 sums, 2 of B, 1 of A

#include "kernels/isa.inl.h"

}  // namespace
}  // namespace ganglion::avx2
GANGLION_TARGET_END

namespace ganglion {
constinit const IsaKernels avx2_kernels{avx2::table<float>(Isa::avx2),
                                        avx2::table<double>(Isa::avx2)};
}  // namespace ganglion

#endif
