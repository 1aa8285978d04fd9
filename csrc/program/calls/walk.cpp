#include "program/calls/walk.h"

#include <algorithm>

namespace ganglion {
namespace {

/// Elements of a copy as pack_b makes it.
template <class T>
Index packed_size(Index depth, Index cols) {
    const Index width = kernels<T>().tile_cols;
    return depth * ceil_div(cols, width) * width;
}

}  // namespace

/// Nothing is carried to the first position.
double Walk::row_operations(const Memory& memory) const {
    const Extent& weight = memory.buffer(recurrent).extent;
    const Index products = memory.buffer(along).extent.positions - 1;
    return 2.0 * static_cast<double>(products) * static_cast<double>(weight.rows) *
           static_cast<double>(weight.channels);
}

std::vector<Block> Walk::touched(BufferId id, const Block& mine, const Memory& memory,
                                 Index) const {
    const Extent& extent = memory.buffer(id).extent;
    if (mine.size() == 0) return {};
    if (extent.rows != kBatch) return {{{0, extent.rows}, {0, extent.channels}}};
    return {memory.same_rows(id, along, mine)};
}

double Walk::operations(const Block& mine, const Memory& memory, Index) const {
    const Index rows = mine.rows.size() / memory.buffer(along).extent.positions;
    return row_operations(memory) * static_cast<double>(rows);
}

template <class T>
CarriedProduct<T>::CarriedProduct(const Frame<T>& frame, BufferId weight, bool transpose) {
    const Matrix<T> given = frame.whole(weight);
    const Matrix<T> right = transpose ? given.transposed() : given;
    args_.b = right;
    args_.packed_b = transpose ? nullptr : frame.packed_copy(weight);
    args_.start = {nullptr, true};
    scratch_ = frame.scratch;
    if (args_.packed_b != nullptr) return;
    kernels<T>().pack_b(right, frame.scratch);
    args_.packed_b = frame.scratch;
    scratch_ += packed_size<T>(right.rows, right.cols);
}

template <class T>
void CarriedProduct<T>::add_to(const Matrix<T>& c, const Matrix<T>& a,
                               const GemmEpilogue<T>& epilogue) {
    args_.a = a;
    args_.c = c;
    args_.epilogue = epilogue;
    kernels<T>().gemm(args_, {0, c.rows}, {0, c.cols}, scratch_);
}

template <class T>
Index CarriedProduct<T>::scratch_size(const Memory& memory, BufferId weight, bool transpose,
                                      Index max_batch) {
    const Extent& given = memory.buffer(weight).extent;
    const Index depth = transpose ? given.channels : given.rows;
    const Index cols = transpose ? given.rows : given.channels;
    return packed_size<T>(depth, cols) +
           kernels<T>().gemm_scratch_size(max_batch, cols, depth, false);
}

template <class T>
void fill_rows(const T* row, const Matrix<T>& to) {
    if (row != nullptr) return kernels<T>().add_row({row, nullptr, 1, to, false});
    for (Index i = 0; i < to.rows; ++i) std::fill_n(to.at(i, 0), to.cols, T{0});
}

template <class T>
void copy_rows(const Matrix<T>& from, const Matrix<T>& to) {
    for (Index i = 0; i < from.rows; ++i) std::copy_n(from.at(i, 0), from.cols, to.at(i, 0));
}

template class CarriedProduct<float>;
template class CarriedProduct<double>;
template void fill_rows(const float*, const Matrix<float>&);
template void fill_rows(const double*, const Matrix<double>&);
template void copy_rows(const Matrix<float>&, const Matrix<float>&);
template void copy_rows(const Matrix<double>&, const Matrix<double>&);

}  // namespace ganglion
