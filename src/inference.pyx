# cython: language_level=3, boundscheck=False, autotestdict=False
"""The immutable predictor: a network's forward pass, called for a row or a batch at a time."""

cimport numpy as cnp
from cpython.pycapsule cimport PyCapsule_GetPointer
from libcpp.memory cimport make_unique
from libcpp.vector cimport vector

import numpy as np

from ganglion._base import precision
from ganglion._base.arrays import as_array
from ganglion._base.frames import labels_of
from ganglion._base.inputs import refuse_inputs
from ganglion._base.outputs import check_out
from ganglion._base.scaling import InputScale

cnp.import_array()

ctypedef fused Real:
    float
    double


cdef double SHORT_WORK = 1e6  # operations of a call that does not let other threads of Python run
cdef Index MOST_ROWS = 512  # are read together, before any of their outputs is written


cdef int run_core(
    CorePredictor[Real]* predictor, DataView x, Real* y, Py_ssize_t columns, Py_ssize_t row_stride
) except -1 nogil:
    """Predict from x into y, whose rows are so many elements apart, and return the ending."""
    cdef Matrix[Real] out
    out.data = y
    out.rows = x.rows
    out.cols = columns
    out.row_stride = row_stride
    out.col_stride = 1
    return <int> predictor.predict(x, out, kNoInterrupt)


cdef DataView contiguous(
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


cdef class Predictor:
    """A network's forward pass with weights of its own, which nothing changes any more.

    Any number of threads may call it at once; no lock is taken, and a call allocates nothing but,
    without `out`, the array it returns.

    Args:
        recipe: A picklable callable and its arguments that give `(graph, input, output)` again.
        dtype: "float32" or "float64".
        weights: All parameters in the graph's order, shape `(parameters,)`.
        rescale: What every input is multiplied by.
        columns: What is taken from each input, and what it is multiplied by then, shape
            `(2, inputs)`; None: `rescale` is for all.
        channels: How many inputs there are at each position, for messages; None: there are no
            positions.
    """

    def __cinit__(self, recipe, dtype, weights, rescale, columns=None, channels=None):
        build, arguments = recipe
        graph, input_value, output_value = build(*arguments)
        cdef Graph* core = <Graph*> PyCapsule_GetPointer(graph.capsule(), "ganglion.Graph")
        self.recipe = recipe
        self.precision = precision.get(dtype)
        self.dtype = self.precision.dtype
        self.rescale = rescale
        self.inputs = graph.cols(input_value)
        self.columns, self.channels = columns, channels
        cdef const double[:, ::1] by_column
        if columns is not None:
            by_column = np.array(columns, np.float64, order="C").reshape(2, self.inputs)
            self.columns = by_column.base
            self.shift = &by_column[0, 0]
            self.factor = &by_column[1, 0]
        self.index_count = graph.index_count(input_value)
        self.outputs = graph.cols(output_value)
        cdef vector[int] first = [input_value]
        cdef vector[int] last = [output_value]
        if self.dtype == np.float32:
            self.type_number = cnp.NPY_FLOAT32
            self.weights32 = make_unique[ParameterStore[float]](core[0])
            self.weights()[:] = weights
            self.float32 = make_unique[CorePredictor[float]](
                core[0], first, last, self.weights32.get()[0], MOST_ROWS, <bint> True)
        else:
            self.type_number = cnp.NPY_FLOAT64
            self.weights64 = make_unique[ParameterStore[double]](core[0])
            self.weights()[:] = weights
            self.float64 = make_unique[CorePredictor[double]](
                core[0], first, last, self.weights64.get()[0], MOST_ROWS, <bint> True)

    cdef object weights(self):
        """All parameters, shape (parameters,), not copied."""
        cdef float[::1] single
        cdef double[::1] full
        if not (self.weights32.get().size() if self.weights32 else self.weights64.get().size()):
            return np.empty(0, self.dtype)  # there are no views of nothing
        if self.weights32:
            single = <float[:self.weights32.get().size()]> self.weights32.get().values()
            return np.asarray(single)
        full = <double[:self.weights64.get().size()]> self.weights64.get().values()
        return np.asarray(full)

    def __call__(self, x, *, out=None):
        """Predict.

        Args:
            x: Inputs, shape `(rows, inputs)`, or `(inputs,)` for one row.
            out: Where to write the outputs, shape `(rows, outputs)` or `(outputs,)`, of the
                predictor's type, with contiguous rows. A new array if None. It may overlap x,
                which is copied then.

        Returns:
            The output layer's values: `out`, or the new array.

        Raises:
            TypeError: When x does not hold numbers.
            ValueError: When a shape or type does not fit, or x holds NaN or infinity, or what is
                no row's number where it numbers rows.
        """
        cdef cnp.npy_intp shape[2]
        cdef object given = x if self.fits(x, self.inputs) else self.refuse_or_convert(x)
        cdef int dimensions = cnp.PyArray_NDIM(given)
        shape[0] = cnp.PyArray_DIM(given, 0)
        shape[dimensions - 1] = self.outputs
        if out is None:
            out = cnp.PyArray_EMPTY(dimensions, shape, self.type_number, 0)
        elif not (
            self.fits(out, self.outputs)
            and cnp.PyArray_NDIM(out) == dimensions
            and (dimensions == 1 or cnp.PyArray_DIM(out, 0) == shape[0])
        ):
            self.check_written(out, given.shape[:-1] + (self.outputs,))
        if dimensions == 2 and shape[0] > MOST_ROWS and np.may_share_memory(given, out):
            x = given = given.copy()  # rows are written before all have been read
        cdef int ending = self.run(given, out)
        if ending != <int> Ending.complete:
            array = as_array("predictor", "x", x)
            table = np.atleast_2d(array if array.ndim < 3 else array.reshape(len(array), -1))
            scale = InputScale(self.rescale, self.columns)
            found = "no_index" if ending == <int> Ending.no_index else "data_not_finite"
            refuse_inputs(
                "predictor", "x", table, self.precision, scale, labels_of(x), self.channels,
                self.index_count, found)
        return out

    cdef bint fits(self, object array, Py_ssize_t columns):
        """Is it an array that can be read and written as it lies: of our type, rows contiguous?"""
        if not cnp.PyArray_CheckExact(array):
            return False
        cdef int last = cnp.PyArray_NDIM(array) - 1
        return (
            (last == 0 or last == 1)
            and cnp.PyArray_TYPE(array) == self.type_number
            and cnp.PyArray_DIM(array, last) == columns
            and cnp.PyArray_IS_C_CONTIGUOUS(array)
            and cnp.PyArray_ISBEHAVED(array)
        )

    cdef object refuse_or_convert(self, object x):
        """Any other input as an array of one or two dimensions, of our type.

        It is in float64 where columns are moved, whose numbers may be large and vary little.
        """
        array = as_array("predictor", "x", x)
        given = array if array.ndim < 3 else array.reshape(len(array), -1)  # images and the like
        if given.ndim == 0 or given.shape[given.ndim - 1] != self.inputs:
            hint = "; for one sample pass x[None]" if given.size == self.inputs else ""
            raise ValueError(
                f"predictor: x has shape {array.shape}, must be (rows, {self.inputs}) or"
                f" ({self.inputs},){hint}"
            )
        with np.errstate(over="ignore"):  # what is too large is told when it is found
            return np.asarray(given, self.dtype if self.columns is None else np.float64)

    cdef object check_written(self, object out, object shape):
        check_out("predictor", out, shape, self.dtype)
        if not out.flags.writeable:
            raise ValueError("predictor: out is read-only")
        contiguous_rows = out.strides[out.ndim - 1] == out.itemsize or self.outputs == 1
        if not contiguous_rows or out.strides[0] % out.itemsize or not out.flags.aligned:
            raise ValueError("predictor: out must have contiguous rows, each a whole number apart")

    cdef void scale(self, DataView* view) noexcept nogil:
        """Say how the inputs are read."""
        view.scale = self.rescale
        view.shift = self.shift
        view.factor = self.factor

    cdef int run(self, object x, object out) except -1:
        """Predict from an array of our type or float64, of one or two dimensions; the ending."""
        cdef int last = cnp.PyArray_NDIM(x) - 1
        cdef DataView view
        view.data = cnp.PyArray_DATA(x)
        view.type = (
            DataType.float32 if cnp.PyArray_TYPE(x) == cnp.NPY_FLOAT32 else DataType.float64
        )
        view.rows = cnp.PyArray_DIM(x, 0) if last == 1 else 1
        view.cols = self.inputs
        view.row_stride = cnp.PyArray_STRIDE(x, 0) if last == 1 else 0
        view.col_stride = cnp.PyArray_STRIDE(x, last)
        self.scale(&view)
        cdef void* y = cnp.PyArray_DATA(out)
        cdef Py_ssize_t step = 0
        if last == 1:
            step = cnp.PyArray_STRIDE(out, 0) // cnp.PyArray_ITEMSIZE(out)
        if self.float32:
            if self.float32.get().operations() * view.rows < SHORT_WORK:
                return run_core[float](self.float32.get(), view, <float*> y, self.outputs, step)
            with nogil:
                return run_core[float](self.float32.get(), view, <float*> y, self.outputs, step)
        if self.float64.get().operations() * view.rows < SHORT_WORK:
            return run_core[double](self.float64.get(), view, <double*> y, self.outputs, step)
        with nogil:
            return run_core[double](self.float64.get(), view, <double*> y, self.outputs, step)

    cdef bint predict_float32(self, const float* x, Py_ssize_t rows, float* y) except? False nogil:
        if not self.float32:
            with gil:
                raise TypeError("predict_float32: the predictor computes in float64")
        return run_core[float](
            self.float32.get(), contiguous(self, x, rows, sizeof(float)), y, self.outputs,
            self.outputs) == <int> Ending.complete

    cdef bint predict_float64(self, const double* x, Py_ssize_t rows, double* y) except? False nogil:
        if not self.float64:
            with gil:
                raise TypeError("predict_float64: the predictor computes in float32")
        return run_core[double](
            self.float64.get(), contiguous(self, x, rows, sizeof(double)), y, self.outputs,
            self.outputs) == <int> Ending.complete

    def __reduce__(self):
        weights = self.weights().copy()
        return Predictor, (
            self.recipe, self.dtype.name, weights, self.rescale, self.columns, self.channels)
