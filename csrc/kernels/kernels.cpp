#include "kernels/kernels.h"

#include <type_traits>

#include "kernels/isa.h"

namespace ganglion {
namespace {

const IsaKernels& of(Isa isa) {
    switch (isa) {
#if defined(__x86_64__)
        case Isa::avx512:
            return avx512_kernels;
        case Isa::avx2:
            return avx2_kernels;
#endif
        default:
            return baseline_kernels;
    }
}

}  // namespace

template <class T>
const Kernels<T>& kernels() {
    static const IsaKernels& chosen = of(selected_isa());
    if constexpr (std::is_same_v<T, float>) {
        return chosen.float32;
    } else {
        return chosen.float64;
    }
}

template const Kernels<float>& kernels<float>();
template const Kernels<double>& kernels<double>();

}  // namespace ganglion
