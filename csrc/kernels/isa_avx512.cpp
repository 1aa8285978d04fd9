#include "kernels/isa.h"

#if defined(__x86_64__)

GANGLION_TARGET_BEGIN("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")
namespace ganglion::avx512 {
namespace {

constexpr int vector_bytes = 64;
constexpr int tile_rows = 14;  // thirty-two registers: 14 x 2 sums, 2 of B, 1 of A

#include "kernels/isa.inl.h"

}  // namespace
}  // namespace ganglion::avx512
GANGLION_TARGET_END

namespace ganglion {
constinit const IsaKernels avx512_kernels{avx512::table<float>(Isa::avx512),
                                          avx512::table<double>(Isa::avx512)};
}  // namespace ganglion

#endif
