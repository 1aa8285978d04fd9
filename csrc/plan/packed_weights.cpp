#include "plan/packed_weights.h"

#include "kernels/kernels.h"

namespace ganglion {

template <class T>
PackedWeights<T>::PackedWeights(const Plan& plan, const T* parameters)
    : by_buffer_(plan.memory.buffers.size(), nullptr) {
    const Kernels<T>& k = kernels<T>();
    for (const Step& step : plan.steps) {
        const BufferId id = panels_of(step.call);
        if (id == kNoBuffer || plan.memory.storage_of(id).space != Space::parameters) continue;
        const T*& copy = by_buffer_[static_cast<std::size_t>(id)];
        if (copy != nullptr) continue;
        const Extent& weight = plan.buffer(id).extent;
        copies_.emplace_back(weight.rows * ceil_div(weight.channels, k.tile_cols) * k.tile_cols);
        copy = copies_.back().data();
        k.pack_b(
            {parameters + plan.memory.begin(id), weight.rows, weight.channels, weight.channels},
            copies_.back().data());
    }
}

template class PackedWeights<float>;
template class PackedWeights<double>;

}  // namespace ganglion
