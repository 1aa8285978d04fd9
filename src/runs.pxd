# cython: language_level=3
# A predictor's calls of the core, which allocate nothing.

cimport numpy as cnp

from ganglion.inference cimport (
    CorePredictor, DataType, DataView, Index, Matrix, Predictor, kNoInterrupt, span
)

ctypedef fused Real:
    float
    double


cdef enum:
    MOST = 64  # outputs


cdef inline Py_ssize_t step_of(object out) noexcept:
    """How many elements its rows are apart, where it has such."""
    if cnp.PyArray_NDIM(out) < 2:
        return 0
    return cnp.PyArray_STRIDE(out, 0) // cnp.PyArray_ITEMSIZE(out)


cdef inline int run_core(
    CorePredictor[Real]* predictor, DataView x, Real* y, Py_ssize_t columns, Py_ssize_t step
) except -1 nogil:
    """Predict from x into y, whose rows are so many elements apart; return the ending."""
    cdef Matrix[Real] out
    point(&out, y, x.rows, columns, step)
    return <int> predictor.predict(
        span[DataView](&x, 1), span[Matrix[Real]](&out, 1), kNoInterrupt)


cdef inline int run_several(
    CorePredictor[Real]* predictor, DataView x, Predictor of, void** y, Py_ssize_t* steps
) except -1 nogil:
    """Do so for each output."""
    cdef Matrix[Real] outs[MOST]
    for i in range(of.widths.size()):
        point(&outs[i], <Real*> y[i], x.rows, of.widths[i], steps[i])
    return <int> predictor.predict(
        span[DataView](&x, 1), span[Matrix[Real]](outs, of.widths.size()), kNoInterrupt)


cdef inline void point(
    Matrix[Real]* out, Real* y, Py_ssize_t rows, Py_ssize_t columns, Py_ssize_t step
) noexcept nogil:
    """Let a matrix be one of the caller's, whose rows are so many elements apart."""
    out.data = y
    out.rows = rows
    out.cols = columns
    out.row_stride = step
    out.col_stride = 1


cdef inline int run_beside(
    CorePredictor[Real]* predictor, DataView x, Predictor of, Real* y
) except -1 nogil:
    """Predict from x into y, which has a row's outputs beside each other; return the ending."""
    cdef void* each[MOST]
    cdef Py_ssize_t steps[MOST]
    if of.widths.size() == 1:
        return run_core[Real](predictor, x, y, of.outputs, of.outputs)
    for i in range(of.widths.size()):
        each[i] = y
        steps[i] = of.outputs
        y += of.widths[i]
    return run_several[Real](predictor, x, of, each, steps)


cdef inline DataView contiguous(
    Predictor predictor, const void* x, Py_ssize_t rows, Py_ssize_t item
) noexcept nogil:
    cdef DataView view
    view.data = x
    view.type = DataType.float32 if item == sizeof(float) else DataType.float64
    view.rows = rows
    view.cols = predictor.inputs
    view.row_stride = predictor.inputs * item
    view.col_stride = item
    predictor.scale(&view)
    return view
