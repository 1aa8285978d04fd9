#include <pybind11/stl.h>

#include <optional>
#include <string>

#include "base/buffer.h"
#include "base/names.h"
#include "bindings.h"
#include "kernels/kernels.h"
#include "numpy_views.h"

// The kernels one by one, on one thread, for tests and benchmarks.

namespace ganglion {
namespace {

template <class T>
AlignedBuffer<T> padded_copy(Matrix<const T> from) {
    AlignedBuffer<T> copy(from.rows * from.cols);
    for (Index i = 0; i < from.rows; ++i) {
        for (Index j = 0; j < from.cols; ++j) copy.data()[i * from.cols + j] = *from.at(i, j);
    }
    return copy;
}

/// Kernels may read B, bias and saved one vector past their ends; an array of the caller's may not.
template <class T>
Matrix<const T> over(const AlignedBuffer<T>& buffer, Matrix<const T> like) {
    const bool by_columns = like.row_stride == 1 && like.col_stride != 1;
    if (by_columns) return {buffer.data(), like.rows, like.cols, 1, like.rows};
    return {buffer.data(), like.rows, like.cols, like.cols};
}

void check(bool holds, const std::string& rule) {
    if (!holds) throw py::value_error("gemm: " + rule);
}

template <class T>
void gemm(const py::array& a, const py::array& b, py::array c, const std::optional<py::array>& bias,
          const std::string& activation, double alpha, bool accumulate,
          std::optional<py::array> column_sums, const std::optional<py::array>& saved) {
    const Kernels<T>& k = kernels<T>();
    const Matrix<const T> left = matrix_of<T>(a, "a");
    const Matrix<const T> right = matrix_of<T>(b, "b");
    const Matrix<T> out = output_matrix<T>(c, "c");
    check(!(bias && accumulate),
          "bias and accumulate exclude each other: each is where the sums start");
    check(left.cols == right.rows, "the columns of a are not the rows of b");
    check(out.rows == left.rows && out.cols == right.cols, "c does not have the product's shape");
    const bool by_columns = right.row_stride == 1 && right.col_stride != 1;
    const AlignedBuffer<T> b_copy = padded_copy(by_columns ? right.transposed() : right);
    const auto& functions = k.activations[static_cast<std::size_t>(
        named("activation", kActivations, activation).activation)];

    GemmArgs<T> args{.a = left, .b = over(b_copy, right), .c = out, .accumulate = accumulate};
    args.alpha = static_cast<T>(alpha);
    AlignedBuffer<T> bias_copy;
    AlignedBuffer<T> saved_copy;
    if (bias) {
        check(bias->size() == out.cols, "bias does not have one value for each column of c");
        bias_copy = padded_copy(matrix_of<T>(*bias, "bias"));
        args.bias = bias_copy.data();
    }
    if (column_sums) {
        check(column_sums->size() == out.cols,
              "column_sums does not have one value for each column of c");
        args.column_sums = output_matrix<T>(*column_sums, "column_sums").data;
        args.accumulate_sums = accumulate;
    }
    if (saved) {
        const Matrix<const T> view = matrix_of<T>(*saved, "saved");
        check(view.rows == out.rows && view.cols == out.cols, "saved does not have c's shape");
        saved_copy = padded_copy(view);
        args.saved = {saved_copy.data(), view.rows, view.cols, view.cols};
        args.derive = functions.backward;
        check(args.derive != nullptr, activation + " has no useful derivative");
    } else if (activation != "identity") {
        args.activate = functions.forward;
        args.activated = out;
    }
    AlignedBuffer<T> scratch(k.gemm_scratch_size);
    k.gemm(args, {0, out.rows}, {0, out.cols}, scratch.data());
}

template <class T>
py::array_t<T> vector_math(const std::string& name, const py::array_t<T>& x) {
    if (x.ndim() != 1) throw py::value_error("vector_math: x must have one dimension");
    py::array_t<T> y(x.size());
    const T* const from = rows_of<T>(x, "x").data;
    for (const VectorFunction<T>& function : kernels<T>().vector_functions) {
        if (function.name != name) continue;
        function.apply(from, y.mutable_data(), x.size());
        return y;
    }
    throw py::value_error("vector_math: unknown name '" + name + "'");
}

template <class T>
py::array_t<T> dropout(const py::array_t<T>& x, double rate, std::uint64_t seed,
                       std::uint32_t stream, std::uint64_t step, Index first_row) {
    py::array_t<T> y({x.shape(0), x.shape(1)});
    kernels<T>().dropout({.x = rows_of<T>(x, "x"),
                          .y = output_matrix<T>(y, "y"),
                          .rate = rate,
                          .seed = seed,
                          .stream = stream,
                          .step = step,
                          .first_row = first_row});
    return y;
}

template <class T>
void bind(py::module_& module) {
    using Array = py::array_t<T>;
    module.def(
        "gemm",
        [](const Array& a, const py::array& b, py::array c, const std::optional<py::array>& bias,
           const std::string& activation, double alpha, bool accumulate,
           std::optional<py::array> column_sums, const std::optional<py::array>& saved) {
            gemm<T>(a, b, std::move(c), bias, activation, alpha, accumulate, std::move(column_sums),
                    saved);
        },
        py::arg("a").noconvert(), py::arg("b"), py::arg("c"), py::kw_only(),
        py::arg("bias") = py::none(), py::arg("activation") = "identity", py::arg("alpha") = 0.0,
        py::arg("accumulate") = false, py::arg("column_sums") = py::none(),
        py::arg("saved") = py::none());
    module.def("vector_math", &vector_math<T>, py::arg("name"), py::arg("x").noconvert());
    module.def("dropout", &dropout<T>, py::arg("x").noconvert(), py::kw_only(), py::arg("rate"),
               py::arg("seed"), py::arg("stream"), py::arg("step"), py::arg("first_row") = 0);
}

}  // namespace

void bind_kernels(py::module_& module) {
    bind<float>(module);
    bind<double>(module);
}

}  // namespace ganglion
