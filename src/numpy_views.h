#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/error.h"
#include "base/matrix.h"
#include "train/data.h"

// NumPy arrays as the core sees them: the border where arrays are checked.

namespace ganglion {

namespace py = pybind11;

/// Data of any numeric type and strides, one- or two-dimensional, not copied.
/// Throws std::invalid_argument for other types and shapes.
DataView data_view(const py::array& array, const std::string& name, double scale = 1);

/// What is done to each column: (2, cols), what it is moved by and what it is multiplied by then.
using Columns = std::optional<py::array_t<double, py::array::c_style | py::array::forcecast>>;

/// The same, each column moved and scaled; `columns` must outlive the view.
DataView data_view(const py::array& array, const std::string& name, double scale,
                   const Columns& columns);

/// Data, what they are multiplied by, and what is done to each column.
using Fed = std::tuple<py::array, double, Columns>;

/// An array of exactly type T, one- or two-dimensional, with contiguous rows, as a matrix.
template <class T>
Matrix<const T> matrix_of(const py::array& array, const std::string& name) {
    if (!py::isinstance<py::array_t<T>>(array)) {
        fail(name, "has type ", std::string(py::str(array.dtype())), ", must be ",
             std::string(py::str(py::dtype::of<T>())));
    }
    if (array.ndim() < 1 || array.ndim() > 2) {
        fail(name, "has ", array.ndim(), " dimensions, must have 1 or 2");
    }
    constexpr Index item = sizeof(T);
    const Index rows = array.ndim() == 2 ? array.shape(0) : 1;
    const Index cols = array.shape(array.ndim() - 1);
    for (Index i = 0; i < array.ndim(); ++i) {
        if (array.strides(i) % item != 0)
            fail(name, "has a stride of ", array.strides(i), " bytes, must be a multiple of ",
                 item);
    }
    if (reinterpret_cast<std::uintptr_t>(array.data()) % alignof(T) != 0)
        fail(name, "is not aligned in memory, must be");
    const Index row_stride = array.ndim() == 2 ? array.strides(0) / item : cols;
    return {static_cast<const T*>(array.data()), rows, cols, row_stride,
            array.strides(array.ndim() - 1) / item};
}

/// The same, with contiguous rows.
template <class T>
Matrix<const T> rows_of(const py::array& array, const std::string& name) {
    const Matrix<const T> view = matrix_of<T>(array, name);
    if (view.col_stride != 1 && view.cols > 1 && view.rows > 0) {
        fail(name, "must have contiguous rows");
    }
    return view;
}

/// The same, to write to. Throws std::invalid_argument when the array is read-only.
template <class T>
Matrix<T> output_matrix(py::array& array, const std::string& name) {
    if (!array.writeable()) fail(name, "is read-only");
    const Matrix<const T> view = rows_of<T>(array, name);
    return {static_cast<T*>(array.mutable_data()), view.rows, view.cols, view.row_stride};
}

template <class T>
std::vector<Matrix<const T>> matrices_of(const std::vector<py::array>& arrays, const char* name) {
    std::vector<Matrix<const T>> all;
    for (const py::array& array : arrays) all.push_back(matrix_of<T>(array, name));
    return all;
}

template <class T>
std::vector<Matrix<T>> output_matrices(const std::vector<py::array>& arrays, const char* name) {
    std::vector<Matrix<T>> all;
    for (py::array array : arrays) all.push_back(output_matrix<T>(array, name));
    return all;
}

/// A view of `count` numbers that `owner` keeps alive.
template <class T>
py::array_t<T> array_over(T* data, Index count, py::handle owner) {
    return py::array_t<T>({count}, {static_cast<Index>(sizeof(T))}, data, owner);
}

}  // namespace ganglion
