#include <pybind11/stl.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/names.h"
#include "base/thread_limit.h"
#include "bindings.h"
#include "gil.h"
#include "kernels/kernels.h"
#include "numpy_views.h"
#include "plan/workspace.h"
#include "program/division.h"

// The matrix product by itself, for tests and benchmarks, and the peak it is measured against.

namespace ganglion {
namespace {

void check(bool holds, const std::string& rule) {
    if (!holds) throw py::value_error("gemm: " + rule);
}

int checked_team(int threads) {
    check(threads >= 1 && threads <= kMostThreads, "threads is " + std::to_string(threads) +
                                                       ", must be from 1 to " +
                                                       std::to_string(kMostThreads));
    return team_size(threads);
}

/// Scratch memory for each member of a team, for products of m x n with depth k; it stays for the
/// thread's next call.
template <class T>
std::vector<AlignedBuffer<T>>& scratch_for(int team, Index m, Index n, Index k) {
    thread_local std::vector<AlignedBuffer<T>> scratch;
    Index size = kernels<T>().gemm_scratch_size(m, n, k, false);
    if (!scratch.empty() && scratch.front().size() < size) scratch.clear();
    if (!scratch.empty()) size = scratch.front().size();
    while (scratch.size() < static_cast<std::size_t>(team)) scratch.emplace_back(size);
    return scratch;
}

template <class T>
void run(const GemmArgs<T>& args, int team, double operations) {
    const Kernels<T>& k = kernels<T>();
    auto& scratch = scratch_for<T>(team, args.c.rows, args.c.cols, args.a.cols);
    const GilRelease release;
    run_team(team, [&](const Team& members) noexcept {
        members.divide(operations, [&](Part part) noexcept {
            const Block share =
                tile_share(part, args.c.rows, args.c.cols, k.tile_rows, k.tile_cols);
            if (share.rows.size() == 0 && args.c.rows > 0) return;
            T* const own = scratch[static_cast<std::size_t>(part.rank)].data();
            k.gemm(args, share.rows, share.cols, own);
        });
    });
}

template <class T>
void gemm(const py::array& a, const py::array& b, py::array c, const std::optional<py::array>& bias,
          const std::string& activation, double alpha, bool accumulate,
          std::optional<py::array> column_sums, const std::optional<py::array>& saved,
          std::optional<int> threads) {
    const Matrix<const T> left = matrix_of<T>(a, "a");
    const Matrix<const T> right = matrix_of<T>(b, "b");
    const Matrix<T> out = output_matrix<T>(c, "c");
    check(!(bias && accumulate),
          "bias and accumulate exclude each other: each is where the sums start");
    check(left.cols == right.rows, "the columns of a are not the rows of b");
    check(out.rows == left.rows && out.cols == right.cols, "c does not have the product's shape");
    const auto& functions = kernels<T>().activations[static_cast<std::size_t>(
        named("activation", kActivations, activation).activation)];

    GemmArgs<T> args{.a = left, .b = right, .c = out};
    args.start.accumulate = accumulate;
    args.epilogue.alpha = static_cast<T>(alpha);
    AlignedBuffer<T> bias_copy;
    if (bias) {
        check(bias->size() == out.cols, "bias does not have one value for each column of c");
        const Matrix<const T> view = matrix_of<T>(*bias, "bias");
        bias_copy = AlignedBuffer<T>(out.cols);
        for (Index j = 0; j < out.cols; ++j) bias_copy.data()[j] = *view.at(0, j);
        args.start.bias = bias_copy.data();
    }
    if (column_sums) {
        check(column_sums->size() == out.cols,
              "column_sums does not have one value for each column of c");
        args.sums.into = output_matrix<T>(*column_sums, "column_sums").data;
        args.sums.accumulate = accumulate;
    }
    AlignedBuffer<T> saved_copy;
    if (saved) {
        const Matrix<const T> view = matrix_of<T>(*saved, "saved");
        check(view.rows == out.rows && view.cols == out.cols, "saved does not have c's shape");
        saved_copy = AlignedBuffer<T>(view.rows * view.cols);
        args.epilogue.saved = {saved_copy.data(), view.rows, view.cols, view.cols};
        for (Index i = 0; i < view.rows * view.cols; ++i)
            saved_copy.data()[i] = *view.at(i / view.cols, i % view.cols);
        args.epilogue.derive = functions.backward;
        check(args.epilogue.derive != nullptr, activation + " has no useful derivative");
    } else if (activation != "identity") {
        args.epilogue.activate = functions.forward;
        args.epilogue.activated = out;
    }
    const double operations = 2.0 * static_cast<double>(out.rows) * static_cast<double>(out.cols) *
                              static_cast<double>(left.cols);
    run(args, threads ? checked_team(*threads) : worthwhile_team(operations), operations);
}

template <class T>
using Array = py::array_t<T>;

/// An array (count, rows, cols) as the first of its matrices, and how far apart they are.
template <class T>
Matrix<const T> first_of(const Array<T>& array, const char* name) {
    if (array.ndim() != 3) {
        fail("gemm_batch", name, " has ", array.ndim(), " dimensions, must have 3");
    }
    constexpr Index item = sizeof(T);
    return {array.data(), array.shape(1), array.shape(2), array.strides(1) / item,
            array.strides(2) / item};
}

template <class T>
void gemm_batch(const Array<T>& a, const Array<T>& b, Array<T> c, int threads) {
    constexpr Index item = sizeof(T);
    const Matrix<const T> left = first_of(a, "a");
    const Matrix<const T> right = first_of(b, "b");
    const Matrix<const T> out = first_of(c, "c");
    const Index count = c.shape(0);
    if (a.shape(0) != count || b.shape(0) != count || left.cols != right.rows ||
        out.rows != left.rows || out.cols != right.cols) {
        fail("gemm_batch", "a is ", a.shape(0), "x", left.rows, "x", left.cols, ", b is ",
             b.shape(0), "x", right.rows, "x", right.cols, ", c is ", count, "x", out.rows, "x",
             out.cols, ", must be products of matrices");
    }
    if (!c.writeable()) fail("gemm_batch", "c is read-only");
    if (count > 0 && out.cols > 1 && out.col_stride != 1)
        fail("gemm_batch", "c must have contiguous rows");
    const GemmBatch<T> batch{.first = {.a = left,
                                       .b = right,
                                       .c = {c.mutable_data(), out.rows, out.cols, out.row_stride}},
                             .a_step = a.strides(0) / item,
                             .b_step = b.strides(0) / item,
                             .c_step = c.strides(0) / item};
    const int team = checked_team(threads);
    const double operations = 2.0 * static_cast<double>(count * out.rows * out.cols * left.cols);
    auto& scratch = scratch_for<T>(team, out.rows, out.cols, left.cols);
    const GilRelease release;
    run_team(team, [&](const Team& members) noexcept {
        members.divide(operations, [&](Part part) noexcept {
            T* const own = scratch[static_cast<std::size_t>(part.rank)].data();
            kernels<T>().gemm_batch(batch, part.share(count, 1), own);
        });
    });
}

/// Floating-point operations a second of multiply-adds that wait for nothing.
template <class T>
double peak_flops(int team, double seconds) {
    using Clock = std::chrono::steady_clock;
    std::vector<double> rates(static_cast<std::size_t>(team), 0);
    const auto measure = [&](Part part) noexcept {
        const auto end = Clock::now() + std::chrono::duration<double>(seconds);
        double& best = rates[static_cast<std::size_t>(part.rank)];
        T result = static_cast<T>(0.5);
        while (Clock::now() < end) {
            const auto begin = Clock::now();
            const double operations = kernels<T>().multiply_adds(20'000, &result);
            const std::chrono::duration<double> taken = Clock::now() - begin;
            best = std::max(best, operations / taken.count());
        }
    };
    run_team(team, [&](const Team& members) noexcept { members.each(measure); });
    double total = 0;
    for (const double rate : rates) total += rate;
    return total;
}

template <class T>
void bind_gemm(py::module_& module) {
    module.def(
        "gemm",
        [](const Array<T>& a, const py::array& b, py::array c, const std::optional<py::array>& bias,
           const std::string& activation, double alpha, bool accumulate,
           std::optional<py::array> column_sums, const std::optional<py::array>& saved,
           std::optional<int> threads) {
            gemm<T>(a, b, std::move(c), bias, activation, alpha, accumulate, std::move(column_sums),
                    saved, threads);
        },
        py::arg("a").noconvert(), py::arg("b"), py::arg("c"), py::kw_only(),
        py::arg("bias") = py::none(), py::arg("activation") = "identity", py::arg("alpha") = 0.0,
        py::arg("accumulate") = false, py::arg("column_sums") = py::none(),
        py::arg("saved") = py::none(), py::arg("threads") = 1);
    module.def("gemm_batch", &gemm_batch<T>, py::arg("a").noconvert(), py::arg("b").noconvert(),
               py::arg("c").noconvert(), py::kw_only(), py::arg("threads") = 1);
}

}  // namespace

void bind_gemm(py::module_& module) {
    bind_gemm<float>(module);
    bind_gemm<double>(module);
    module.def(
        "peak_flops",
        [](const std::string& dtype, int threads, double seconds) {
            const int team = checked_team(threads);
            const GilRelease release;
            if (dtype == "float32") return peak_flops<float>(team, seconds);
            if (dtype == "float64") return peak_flops<double>(team, seconds);
            throw py::value_error("peak_flops: dtype is '" + dtype +
                                  "', must be float32 or float64");
        },
        py::arg("dtype"), py::arg("threads"), py::arg("seconds"));
}

}  // namespace ganglion
