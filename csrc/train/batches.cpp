#include "train/batches.h"

#include <cstddef>

namespace ganglion {
namespace {

DataView column(const DataView& table, Index number) {
    DataView one = table;
    one.data = static_cast<const std::byte*>(table.data) + number * table.col_stride;
    one.cols = 1;
    return one;
}

}  // namespace

template <class T>
double Batches::weight_of(const DataView& weight, Index weights_of_a_row, Index batch) const {
    const Range places = samples_of(batch);
    if (weight.data == nullptr) return static_cast<double>(places.size() * weights_of_a_row);
    double total = 0;
    for (Index j = 0; j < weight.cols; ++j) {
        const DataView weights = column(weight, j);
        for (Index i = places.begin; i < places.end; ++i) {
            T one = 0;
            gather_into(weights, {i, i + 1}, Matrix<T>{&one, 1, 1, 1});
            total += static_cast<double>(one);
        }
    }
    return total;
}

template double Batches::weight_of<float>(const DataView&, Index, Index) const;
template double Batches::weight_of<double>(const DataView&, Index, Index) const;

}  // namespace ganglion
