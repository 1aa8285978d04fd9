#include <pybind11/stl.h>

#include <string>

#include "bindings.h"
#include "kernels/kernels.h"
#include "numpy_views.h"

// Kernels one by one, on one thread, for tests and benchmarks.

namespace ganglion {
namespace {

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
py::array_t<T> corrupt(const py::array_t<T>& x, double rate, double scale, double low, double high,
                       std::uint64_t seed, std::uint32_t stream, std::uint64_t step,
                       Index first_row) {
    py::array_t<T> y({x.shape(0), x.shape(1)});
    kernels<T>().corrupt({.x = rows_of<T>(x, "x"),
                          .y = output_matrix<T>(y, "y"),
                          .rate = rate,
                          .scale = scale,
                          .low = low,
                          .high = high,
                          .source = {seed, stream, step, first_row}});
    return y;
}

template <class T>
py::array_t<T> dropout(const py::array_t<T>& x, double rate, std::uint64_t seed,
                       std::uint32_t stream, std::uint64_t step, Index first_row) {
    return corrupt<T>(x, rate, 1 / (1 - rate), 0, 0, seed, stream, step, first_row);
}

template <class T>
py::array_t<T> add_noise(const py::array_t<T>& x, double deviation, std::uint64_t seed,
                         std::uint32_t stream, std::uint64_t step, Index first_row) {
    py::array_t<T> y({x.shape(0), x.shape(1)});
    kernels<T>().add_noise({.x = rows_of<T>(x, "x"),
                            .y = output_matrix<T>(y, "y"),
                            .deviation = deviation,
                            .source = {seed, stream, step, first_row}});
    return y;
}

template <class T>
void bind_kernels(py::module_& module) {
    module.def("vector_math", &vector_math<T>, py::arg("name"), py::arg("x").noconvert());
    module.def("dropout", &dropout<T>, py::arg("x").noconvert(), py::kw_only(), py::arg("rate"),
               py::arg("seed"), py::arg("stream"), py::arg("step"), py::arg("first_row") = 0);
    module.def("corrupt", &corrupt<T>, py::arg("x").noconvert(), py::kw_only(), py::arg("rate"),
               py::arg("scale"), py::arg("low"), py::arg("high"), py::arg("seed"),
               py::arg("stream"), py::arg("step"), py::arg("first_row") = 0);
    module.def("add_noise", &add_noise<T>, py::arg("x").noconvert(), py::kw_only(),
               py::arg("deviation"), py::arg("seed"), py::arg("stream"), py::arg("step"),
               py::arg("first_row") = 0);
}

}  // namespace

void bind_kernels(py::module_& module) {
    bind_kernels<float>(module);
    bind_kernels<double>(module);
}

}  // namespace ganglion
