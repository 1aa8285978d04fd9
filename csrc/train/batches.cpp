#include "train/batches.h"

namespace ganglion {

double Batches::weight_of(Index batch) const {
    const Range positions = samples_of(batch);
    if (weight.data == nullptr) return static_cast<double>(positions.size());
    double total = 0;
    for (Index i = positions.begin; i < positions.end; ++i) {
        double one = 0;
        gather_into(weight, {i, i + 1}, Matrix<double>{&one, 1, 1, 1});
        total += one;
    }
    return total;
}

}  // namespace ganglion
