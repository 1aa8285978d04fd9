#include "program/calls/gemm.h"

#include <algorithm>

#include "program/calls/deep_gemm.h"

namespace ganglion {
namespace {

/// Weights of so many elements are better read by one member each than by every member.
constexpr Index kSharedWeight = 64 * 1024;

/// Operations between two looks at whether to stop, some tens of milliseconds at most; and rows, so
/// that what a stretch copies of B is worth it.
constexpr Index kOperationsPerLook = 1'000'000'000;
constexpr Index kLeastStretch = 512;

/// Rows of the matrix that a buffer makes, in a batch of so many.
Index matrix_rows(const Buffer& buffer, Index rows) {
    return buffer.extent.rows_of(rows) * buffer.extent.positions;
}

/// A long product in stretches of rows, so that Ctrl-C need not wait for its end.
template <class T>
void multiply(const Frame<T>& frame, const GemmArgs<T>& args, Range rows, Range cols) {
    if (rows.size() <= kLeastStretch) return kernels<T>().gemm(args, rows, cols, frame.scratch);
    const Index row_operations = std::max<Index>(1, 2 * args.a.cols * cols.size());
    const Index most = std::max<Index>(kOperationsPerLook / row_operations, kLeastStretch);
    for (Index begin = rows.begin; begin < rows.end; begin += most) {
        if (begin > rows.begin && frame.stops()) return;
        kernels<T>().gemm(args, stretch(begin, most, rows.end), cols, frame.scratch);
    }
}

}  // namespace

Accesses GemmCall::accesses() const {
    Accesses found{{a, b, bias, saved}, {c, column_sums, activated, updated}};
    if (accumulate) found.also_read(c);
    if (accumulate_sums) found.also_read(column_sums);
    return found;
}

Division GemmCall::division(const Memory& memory) const {
    if (memory.buffer(c).extent.rows != kBatch) return Division::tiles;
    const Extent& weight = memory.buffer(b).extent;
    return weight.rows * weight.row_size() < kSharedWeight ? Division::rows : Division::tiles;
}

double GemmCall::row_operations(const Memory& memory) const {
    const Extent& right = memory.buffer(b).extent;
    const Extent& weight = right.rows == kBatch ? memory.buffer(c).extent : right;
    const Index positions = memory.buffer(a).extent.positions;
    return 2.0 * static_cast<double>(positions) * static_cast<double>(weight.rows) *
           static_cast<double>(weight.row_size());
}

Index GemmCall::depth(const Memory& memory, Index rows) const {
    const Buffer& left = memory.buffer(a);
    return transpose_a ? matrix_rows(left, rows) : left.extent.channels;
}

template <class T>
Index GemmCall::scratch_size(const Memory& memory, Index max_batch) const {
    const Buffer& product = memory.buffer(c);
    return kernels<T>().gemm_scratch_size(matrix_rows(product, max_batch), product.extent.channels,
                                          depth(memory, max_batch), updated != kNoBuffer);
}

template <class T>
Block GemmCall::share(const Memory& memory, const Part& part, Index rows) const {
    const Buffer& product = memory.buffer(c);
    const Index all_rows = matrix_rows(product, rows);
    if (part.count == 1) return {{0, all_rows}, {0, product.extent.channels}};
    if (division(memory) == Division::tiles) {
        const Kernels<T>& k = kernels<T>();
        return tile_share(part, all_rows, product.extent.channels, k.tile_rows, k.tile_cols);
    }
    const Range mine = memory.row_share(part, rows);
    const Index positions = product.extent.positions;
    return {{mine.begin * positions, mine.end * positions}, {0, product.extent.channels}};
}

std::vector<Block> GemmCall::touched(BufferId id, const Block& of_c, const Memory& memory,
                                     Index rows) const {
    const Range all{0, depth(memory, rows)};
    if (of_c.size() == 0) return {};
    if (id == a) return {transpose_a ? Block{all, of_c.rows} : Block{of_c.rows, all}};
    if (id == b) return {transpose_b ? Block{of_c.cols, all} : Block{all, of_c.cols}};
    if (id == bias) return {{{0, 1}, of_c.cols}};
    if (id == column_sums) return {{{0, of_c.rows.begin == 0 ? 1 : 0}, of_c.cols}};
    return {of_c};
}

double GemmCall::operations(const Block& of_c, const Memory& memory, Index rows) const {
    return 2.0 * static_cast<double>(of_c.size()) * static_cast<double>(depth(memory, rows));
}

template <class T>
void GemmCall::run(Frame<T>& frame) const {
    const Block mine = share<T>(frame.memory, frame.part, frame.run.rows);
    if (mine.rows.size() == 0) return;
    const Matrix<T> left = frame.whole(a);
    const Matrix<T> right = frame.whole(b);
    GemmArgs<T> args;  // by assignment: all at once, its memory would be cleared first
    args.a = transpose_a ? left.transposed() : left;
    args.b = transpose_b ? right.transposed() : right;
    args.c = frame.whole(c);
    args.b_padded = true;
    args.packed_b = frame.packed_copy(panels());
    args.start = {frame.pointer(bias), accumulate};
    args.sums = {frame.pointer(column_sums), accumulate_sums};
    args.epilogue = epilogue(frame);
    args.step = step(frame);
    multiply(frame, args, mine.rows, mine.cols);
}

template <class T>
GemmEpilogue<T> GemmCall::epilogue(const Frame<T>& frame) const {
    if (activated == kNoBuffer && saved == kNoBuffer) return {};
    const ActivationKernels<T>& phi = kernels<T>().of(activation);
    return {.activate = activated == kNoBuffer ? nullptr : phi.forward,
            .activated = frame.whole(activated),
            .derive = saved == kNoBuffer ? nullptr : phi.backward,
            .saved = frame.whole(saved),
            .alpha = static_cast<T>(alpha)};
}

template <class T>
GemmStep<T> GemmCall::step(Frame<T>& frame) const {
    if (updated == kNoBuffer) return {};
    const Index offset = frame.memory.begin(updated);
    return {&frame.along.of(offset), offset, &frame.finite};
}

/// y = phi(x·W + b) in one product. The pre-activation is kept if backward reads it.
std::optional<GemmCall> GemmCall::with(const ActivationCall& next,
                                       const ReadLater& is_read_later) const {
    if (next.z != c) return std::nullopt;
    GemmCall fused = *this;
    fused.activated = next.a;
    fused.activation = next.activation;
    fused.alpha = next.alpha;
    if (!is_read_later(c)) fused.c = next.a;
    return fused;
}

/// dz = (dy·Wᵀ) * phi'(saved) in one product.
std::optional<GemmCall> GemmCall::with(const ActivationBackwardCall& next,
                                       const ReadLater& is_read_later) const {
    if (next.da != c || accumulate || is_read_later(c)) return std::nullopt;
    GemmCall fused = *this;
    fused.c = next.dz;
    fused.saved = next.saved;
    fused.activation = next.activation;
    fused.alpha = next.alpha;
    return fused;
}

std::optional<DeepGemmCall> GemmCall::in_parts(Memory& memory, Index max_batch) const {
    return DeepGemmCall::of(*this, memory, max_batch);
}

template Index GemmCall::scratch_size<float>(const Memory&, Index) const;
template Index GemmCall::scratch_size<double>(const Memory&, Index) const;
template Block GemmCall::share<float>(const Memory&, const Part&, Index) const;
template Block GemmCall::share<double>(const Memory&, const Part&, Index) const;
template void GemmCall::run(Frame<float>&) const;
template void GemmCall::run(Frame<double>&) const;

}  // namespace ganglion
