#include "numpy_views.h"

namespace ganglion {
namespace {

DataType type_of(const py::dtype& dtype, const std::string& name) {
    const bool native = dtype.byteorder() == '=' || dtype.byteorder() == '|';
    const auto bytes = dtype.itemsize();
    if (native && dtype.kind() == 'f') {
        if (bytes == 4) return DataType::float32;
        if (bytes == 8) return DataType::float64;
    }
    if (native && (dtype.kind() == 'i' || dtype.kind() == 'u')) {
        const bool is_signed = dtype.kind() == 'i';
        if (bytes == 1) return is_signed ? DataType::int8 : DataType::uint8;
        if (bytes == 2) return is_signed ? DataType::int16 : DataType::uint16;
        if (bytes == 4) return is_signed ? DataType::int32 : DataType::uint32;
        if (bytes == 8) return is_signed ? DataType::int64 : DataType::uint64;
    }
    if (dtype.kind() == 'b') return DataType::boolean;
    fail(name, "has type ", std::string(py::str(dtype)), ", must be a number or bool");
}

}  // namespace

DataView data_view(const py::array& array, const std::string& name, double scale) {
    if (array.ndim() < 1 || array.ndim() > 2) {
        fail(name, "has ", array.ndim(), " dimensions, must have 1 or 2");
    }
    const bool table = array.ndim() == 2;
    return {.data = array.data(),
            .type = type_of(array.dtype(), name),
            .rows = array.shape(0),
            .cols = table ? array.shape(1) : 1,
            .row_stride = array.strides(0),
            .col_stride = table ? array.strides(1) : array.itemsize(),
            .scale = scale};
}

DataView data_view(const py::array& array, const std::string& name, double scale,
                   const Columns& columns) {
    DataView view = data_view(array, name, scale);
    if (!columns) return view;
    if (columns->ndim() != 2 || columns->shape(0) != 2 || columns->shape(1) != view.cols)
        fail(name, "has ", view.cols, " columns, of others the shifts and factors are given");
    view.shift = columns->data();
    view.factor = view.shift + view.cols;
    return view;
}

}  // namespace ganglion
