# cython: language_level=3, boundscheck=False, autotestdict=False
"""The immutable predictor: a network's forward pass, called for a row or a batch at a time."""

cimport numpy as cnp
from cpython.object cimport PyObject
from cpython.pycapsule cimport PyCapsule_GetPointer
from libcpp.memory cimport make_unique
from libcpp.vector cimport vector

from runs cimport MOST, contiguous, run_beside, run_core, run_several, step_of

import numpy as np

from ganglion._base import precision
from ganglion._base.inputs import as_rows, refuse_rows
from ganglion._base.outputs import check_written
from ganglion._base.scaling import InputScale

cnp.import_array()

cdef double SHORT_WORK = 1e6  # operations of a call that does not let other threads of Python run
cdef Index MOST_ROWS = 512  # are read together, before any of their outputs is written

MOST_OUTPUTS = MOST


cdef class Predictor:
    """A network's forward pass with weights of its own, which nothing changes any more.

    Any number of threads may call it at once; no lock is taken, and a call allocates nothing but,
    without `out`, the array it returns.

    Args:
        recipe: A picklable callable and its arguments that give `(graph, input, output)` again; in
            the place of the last a list of several.
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
        graph, input_value, output = build(*arguments)
        cdef vector[int] last = output if isinstance(output, list) else [output]
        if last.size() > MOST:
            raise ValueError(
                f"predictor: the model has {last.size()} outputs, must have at most {MOST}; predict"
                " gives any number")
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
        self.widths = [graph.cols(value) for value in last]
        self.outputs = sum(self.widths)
        cdef vector[int] first = [input_value]
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
        if self.widths.size() != 1:
            raise TypeError(f"predictor: it has {self.widths.size()} outputs, must have one")
        cdef object given = x if self.fits(x, self.inputs) else self.read(x)
        cdef int dimensions = cnp.PyArray_NDIM(given)
        shape[0] = cnp.PyArray_DIM(given, 0)
        shape[dimensions - 1] = self.outputs
        if out is None:
            out = cnp.PyArray_EMPTY(dimensions, shape, self.type_number, 0)
        elif self.overlaps(given, out, self.outputs):
            x = given = given.copy()
        cdef int ending = self.run(given, out)
        if ending != <int> Ending.complete:
            self.refuse(x, ending)
        return out

    def _into(self, x, outs):
        """Predict into an array for each output, shape `(rows, its columns)`, as a call does."""
        if len(outs) != <Py_ssize_t> self.widths.size():
            raise ValueError(f"predictor: out has {len(outs)} arrays, not {self.widths.size()}")
        cdef object given = x if self.fits(x, self.inputs) else self.read(x)
        cdef PyObject* each[MOST]
        for i, out in enumerate(outs):
            if self.overlaps(given, out, self.widths[i]):
                x = given = given.copy()
            each[i] = <PyObject*> out
        cdef int ending = self.run_each(given, each)
        if ending != <int> Ending.complete:
            self.refuse(x, ending)

    cdef object read(self, object x):
        """Inputs as an array of one or two dimensions.

        It is in float64 where columns are moved, whose numbers may be large and vary little.
        """
        return as_rows("predictor", x, self.inputs, self.dtype if self.columns is None else float)

    cdef bint overlaps(self, object given, object out, Py_ssize_t columns) except -1:
        """Refuse what cannot be written; tell whether that would be over rows not yet read."""
        cdef int dimensions = cnp.PyArray_NDIM(given)
        if not (
            self.fits(out, columns)
            and cnp.PyArray_NDIM(out) == dimensions
            and (dimensions == 1 or cnp.PyArray_DIM(out, 0) == cnp.PyArray_DIM(given, 0))
        ):
            check_written("predictor", out, given.shape[:-1] + (columns,), self.dtype)
        if dimensions == 1 or cnp.PyArray_DIM(given, 0) <= MOST_ROWS:
            return False
        return np.may_share_memory(given, out)

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

    cdef void scale(self, DataView* view) noexcept nogil:
        """Say how the inputs are read."""
        view.scale = self.rescale
        view.shift = self.shift
        view.factor = self.factor

    cdef DataView view(self, object given) noexcept:
        """An array of our type or float64, of one or two dimensions, as the core reads it."""
        cdef int last = cnp.PyArray_NDIM(given) - 1
        cdef DataView view
        view.data = cnp.PyArray_DATA(given)
        view.type = (
            DataType.float32 if cnp.PyArray_TYPE(given) == cnp.NPY_FLOAT32 else DataType.float64
        )
        view.rows = cnp.PyArray_DIM(given, 0) if last == 1 else 1
        view.cols = self.inputs
        view.row_stride = cnp.PyArray_STRIDE(given, 0) if last == 1 else 0
        view.col_stride = cnp.PyArray_STRIDE(given, last)
        self.scale(&view)
        return view

    cdef int run(self, object given, object out) except -1:
        """Predict into an array, and return the ending."""
        cdef DataView x = self.view(given)
        cdef void* y = cnp.PyArray_DATA(out)
        cdef Py_ssize_t step = step_of(out)
        if self.float32:
            if self.float32.get().operations() * x.rows < SHORT_WORK:
                return run_core[float](self.float32.get(), x, <float*> y, self.outputs, step)
            with nogil:
                return run_core[float](self.float32.get(), x, <float*> y, self.outputs, step)
        if self.float64.get().operations() * x.rows < SHORT_WORK:
            return run_core[double](self.float64.get(), x, <double*> y, self.outputs, step)
        with nogil:
            return run_core[double](self.float64.get(), x, <double*> y, self.outputs, step)

    cdef int run_each(self, object given, PyObject** outs) except -1:
        """Predict into an array for each output, and return the ending."""
        cdef DataView x = self.view(given)
        cdef void* y[MOST]
        cdef Py_ssize_t steps[MOST]
        for i in range(self.widths.size()):
            y[i] = cnp.PyArray_DATA(<object> outs[i])
            steps[i] = step_of(<object> outs[i])
        with nogil:
            if self.float32:
                return run_several[float](self.float32.get(), x, self, y, steps)
            return run_several[double](self.float64.get(), x, self, y, steps)

    cdef object refuse(self, object x, int ending):
        """Refuse inputs by which a run came to such an ending."""
        refuse_rows(
            "predictor", x, self.precision, InputScale(self.rescale, self.columns), self.channels,
            self.index_count, no_index=ending == <int> Ending.no_index)

    cdef bint predict_float32(self, const float* x, Py_ssize_t rows, float* y) except? False nogil:
        if not self.float32:
            with gil:
                raise TypeError("predict_float32: the predictor computes in float64")
        cdef DataView view = contiguous(self, x, rows, sizeof(float))
        return run_beside[float](self.float32.get(), view, self, y) == <int> Ending.complete

    cdef bint predict_float64(self, const double* x, Py_ssize_t rows, double* y) except? False nogil:
        if not self.float64:
            with gil:
                raise TypeError("predict_float64: the predictor computes in float32")
        cdef DataView view = contiguous(self, x, rows, sizeof(double))
        return run_beside[double](self.float64.get(), view, self, y) == <int> Ending.complete

    def __reduce__(self):
        weights = self.weights().copy()
        return Predictor, (
            self.recipe, self.dtype.name, weights, self.rescale, self.columns, self.channels)
