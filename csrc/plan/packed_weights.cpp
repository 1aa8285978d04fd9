#include "plan/packed_weights.h"

#include "kernels/kernels.h"

namespace ganglion {

template <class T>
PackedWeights<T>::PackedWeights(const Plan& plan, const T* parameters)
    : copies_(plan.buffers.size()) {
    const Kernels<T>& k = kernels<T>();
    for (const Step& step : plan.steps) {
        const auto* gemm = std::get_if<GemmCall>(&step.call);
        if (gemm == nullptr || gemm->transpose_b) continue;
        const Buffer& weight = plan.buffer(gemm->b);
        AlignedBuffer<T>& copy = copies_[static_cast<std::size_t>(gemm->b)];
        if (weight.space != Space::parameters || copy.size() > 0) continue;
        copy = AlignedBuffer<T>(weight.rows * ceil_div(weight.cols, k.tile_cols) * k.tile_cols);
        k.pack_b({parameters + weight.offset, weight.rows, weight.cols, weight.cols}, copy.data());
    }
}

template class PackedWeights<float>;
template class PackedWeights<double>;

}  // namespace ganglion
