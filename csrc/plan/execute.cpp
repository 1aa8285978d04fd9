#include "plan/execute.h"

#include <algorithm>
#include <type_traits>

#include "plan/tile_share.h"

namespace ganglion {
namespace {

/// Operations between two looks at whether to stop, some tens of milliseconds at most; and rows, so
/// that what a stretch copies of B is worth it.
constexpr Index kStretchOperations = 1'000'000'000;
constexpr Index kLeastStretch = 512;

}  // namespace

template <class T>
T* Executor<T>::pointer(BufferId id) const {
    return id == kNoBuffer ? nullptr : pointers_[static_cast<std::size_t>(id)];
}

template <class T>
Matrix<T> Executor<T>::whole(BufferId id) const {
    if (id == kNoBuffer) return {};
    const Buffer& buffer = plan_.buffer(id);
    return {pointer(id), buffer.rows == kBatch ? run_.rows : buffer.rows, buffer.cols, buffer.cols};
}

template <class T>
Matrix<T> Executor<T>::rows_of(BufferId id, Range rows) const {
    if (id == kNoBuffer) return {};
    const Matrix<T> all = whole(id);
    return {all.at(rows.begin, 0), rows.size(), all.cols, all.row_stride};
}

template <class T>
void Executor<T>::operator()(const Step& step) {
    if (const auto* call = std::get_if<GemmCall>(&step.call)) return gemm(*call, step.division);
    const Range rows = row_share(part_, run_.rows);
    std::visit(
        [&](const auto& call) {
            if constexpr (!std::is_same_v<std::decay_t<decltype(call)>, GemmCall>) run(call, rows);
        },
        step.call);
}

template <class T>
void Executor<T>::gemm(const GemmCall& call, Division division) {
    const Kernels<T>& k = kernels<T>();
    const ActivationKernels<T>& activation =
        k.activations[static_cast<std::size_t>(call.activation)];
    const Matrix<T> a = whole(call.a);
    const Matrix<T> b = whole(call.b);
    GemmArgs<T> args{.a = call.transpose_a ? a.transposed() : a,
                     .b = call.transpose_b ? b.transposed() : b,
                     .c = whole(call.c),
                     .b_padded = true,
                     .packed_b = packed_ == nullptr ? nullptr : packed_->of(call.b),
                     .bias = pointer(call.bias),
                     .accumulate = call.accumulate,
                     .column_sums = pointer(call.column_sums),
                     .accumulate_sums = call.accumulate_sums,
                     .activated = whole(call.activated),
                     .saved = whole(call.saved),
                     .alpha = static_cast<T>(call.alpha)};
    if (call.activated != kNoBuffer) args.activate = activation.forward;
    if (call.saved != kNoBuffer) args.derive = activation.backward;
    if (call.updated != kNoBuffer) {
        args.update = update_;
        args.update_offset = plan_.buffer(call.updated).offset;
        args.update_finite = &finite_;
    }
    const TileShare share =
        product_share(division, part_, args.c.rows, args.c.cols, k.tile_rows, k.tile_cols);
    if (share.rows.size() > 0) multiply(args, share.rows, share.cols);
}

/// A long product in stretches of rows, so that Ctrl-C need not wait for its end.
template <class T>
void Executor<T>::multiply(const GemmArgs<T>& args, Range rows, Range cols) const {
    if (rows.size() <= kLeastStretch) return kernels<T>().gemm(args, rows, cols, scratch_);
    const Index row_operations = std::max<Index>(1, 2 * args.a.cols * cols.size());
    const Index most = std::max<Index>(kStretchOperations / row_operations, kLeastStretch);
    for (Index begin = rows.begin; begin < rows.end; begin += most) {
        if (begin > rows.begin && stops()) return;
        kernels<T>().gemm(args, stretch(begin, most, rows.end), cols, scratch_);
    }
}

/// The leader asks; the others look at what it was told.
template <class T>
bool Executor<T>::stops() const {
    return part_.rank == 0 ? stop_.poll() : stop_.wanted();
}

template <class T>
void Executor<T>::run(const ActivationCall& call, Range rows) const {
    const auto& kernel = kernels<T>().activations[static_cast<std::size_t>(call.activation)];
    kernel.forward(rows_of(call.z, rows), rows_of(call.a, rows), static_cast<T>(call.alpha));
}

template <class T>
void Executor<T>::run(const ActivationBackwardCall& call, Range rows) const {
    const auto& kernel = kernels<T>().activations[static_cast<std::size_t>(call.activation)];
    kernel.backward(rows_of(call.saved, rows), rows_of(call.da, rows), rows_of(call.dz, rows),
                    static_cast<T>(call.alpha));
}

template <class T>
void Executor<T>::run(const SoftmaxCall& call, Range rows) const {
    kernels<T>().softmax(rows_of(call.z, rows), rows_of(call.a, rows));
}

template <class T>
void Executor<T>::run(const SoftmaxBackwardCall& call, Range rows) const {
    kernels<T>().softmax_backward(rows_of(call.a, rows), rows_of(call.da, rows),
                                  rows_of(call.dz, rows));
}

template <class T>
void Executor<T>::run(const DropoutCall& call, Range rows) const {
    kernels<T>().dropout({.x = rows_of(call.x, rows),
                          .y = rows_of(call.y, rows),
                          .rate = call.rate,
                          .seed = run_.seed,
                          .stream = call.stream,
                          .step = run_.step,
                          .first_row = rows.begin});
}

template <class T>
void Executor<T>::run(const AddCall& call, Range rows) const {
    kernels<T>().add(rows_of(call.a, rows), rows_of(call.b, rows), rows_of(call.c, rows));
}

template <class T>
void Executor<T>::run(const CopyCall& call, Range rows) const {
    const Matrix<T> from = rows_of(call.from, rows);
    std::copy_n(from.data, from.rows * from.cols, pointer(call.to) + rows.begin * from.cols);
}

template <class T>
void Executor<T>::run(const LossCall& call, Range rows) const {
    const T* weight = run_.weighted ? pointer(call.weight) : nullptr;
    kernels<T>().losses[static_cast<std::size_t>(call.loss)](
        {.output = rows_of(call.output, rows),
         .target = rows_of(call.target, rows),
         .weight = weight == nullptr ? nullptr : weight + rows.begin,
         .scale = run_.loss_scale,
         .parameters = plan_.numbers.data() + call.parameters.begin,
         .parameter_count = call.parameters.size(),
         .row_loss = pointer(call.row_loss) + rows.begin,
         .gradient = rows_of(call.gradient, rows)});
}

template class Executor<float>;
template class Executor<double>;

}  // namespace ganglion
