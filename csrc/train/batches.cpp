#include "train/batches.h"

namespace ganglion {

template <class T>
double Batches::weight_of(const DataView& weight, Index batch) const {
    const Range positions = samples_of(batch);
    if (weight.data == nullptr) return static_cast<double>(positions.size());
    double total = 0;
    for (Index i = positions.begin; i < positions.end; ++i) {
        T one = 0;
        gather_into(weight, {i, i + 1}, Matrix<T>{&one, 1, 1, 1});
        total += static_cast<double>(one);
    }
    return total;
}

template double Batches::weight_of<float>(const DataView&, Index) const;
template double Batches::weight_of<double>(const DataView&, Index) const;

}  // namespace ganglion
