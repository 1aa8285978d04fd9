# cython: language_level=3, boundscheck=False, autotestdict=False
"""The immutable predictor: a network's forward pass, called for a row or a batch at a time."""

from cpython.buffer cimport PyBUF_FORMAT, PyBUF_STRIDES, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.pycapsule cimport PyCapsule_GetPointer
from libcpp cimport bool as cpp_bool
from libcpp.memory cimport make_unique, unique_ptr

import numpy as np

from ganglion import precision
from ganglion.arrays import as_array, check_finite


cdef extern from "base/matrix.h" namespace "ganglion":
    ctypedef Py_ssize_t Index
    cdef cppclass Matrix[T]:
        T* data
        Index rows
        Index cols
        Index row_stride
        Index col_stride


cdef extern from "graph/graph.h" namespace "ganglion":
    cdef cppclass Graph:
        pass


cdef extern from "train/data.h" namespace "ganglion":
    cdef enum class DataType:
        float32
        float64
    cdef cppclass DataView:
        const void* data
        DataType type
        Index rows
        Index cols
        Index row_stride
        Index col_stride
        double scale


cdef extern from "train/parameter_store.h" namespace "ganglion":
    cdef cppclass ParameterStore[T]:
        ParameterStore(const Graph& graph) except +
        Index size()
        T* values()


cdef extern from "base/meeting.h" namespace "ganglion":
    cdef cppclass Interrupt:
        pass
    const Interrupt kNoInterrupt


cdef extern from "train/ending.h" namespace "ganglion":
    cdef enum class Ending:
        complete


cdef extern from "train/predictor.h" namespace "ganglion":
    cdef cppclass CorePredictor "ganglion::Predictor"[T]:
        CorePredictor(const Graph& graph, int input, int output, T* parameters, Index max_batch) except +
        Ending predict(const DataView& x, Matrix[T] y, Interrupt interrupt) except + nogil


ctypedef fused Real:
    float
    double


cdef cpp_bool run(
    CorePredictor[Real]* predictor, DataType type, double scale, Py_buffer* x, Py_buffer* y
) except *:
    """Predict from x into y, both of type Real, of one or two dimensions."""
    cdef int last = x.ndim - 1
    cdef DataView data
    cdef Matrix[Real] out
    data.data = x.buf
    data.type = type
    data.rows = x.shape[0] if last == 1 else 1
    data.cols = x.shape[last]
    data.row_stride = x.strides[0] if last == 1 else 0
    data.col_stride = x.strides[last]
    data.scale = scale
    out.data = <Real*> y.buf
    out.rows = data.rows
    out.cols = y.shape[last]
    out.row_stride = y.strides[0] // <Py_ssize_t> sizeof(Real) if last == 1 else 0
    out.col_stride = 1
    with nogil:
        return predictor.predict(data, out, kNoInterrupt) == Ending.complete


cdef class Predictor:
    """A network's forward pass with weights of its own, which nothing changes any more.

    Any number of threads may call it at once; no lock is taken, and a call allocates nothing but,
    without `out`, the array it returns.

    Args:
        recipe: A picklable callable and its arguments that give `(graph, input, output)` again.
        dtype: "float32" or "float64".
        weights: All parameters in the graph's order, shape `(parameters,)`.
        rescale: What every input is multiplied by.
    """

    cdef object recipe
    cdef object precision
    cdef readonly object dtype
    cdef readonly double rescale
    cdef readonly Py_ssize_t inputs
    cdef readonly Py_ssize_t outputs
    cdef unique_ptr[ParameterStore[float]] weights32
    cdef unique_ptr[ParameterStore[double]] weights64
    cdef unique_ptr[CorePredictor[float]] float32
    cdef unique_ptr[CorePredictor[double]] float64

    def __cinit__(self, recipe, dtype, weights, rescale):
        build, arguments = recipe
        graph, input_value, output_value = build(*arguments)
        cdef Graph* core = <Graph*> PyCapsule_GetPointer(graph.capsule(), "ganglion.Graph")
        self.recipe = recipe
        self.precision = precision.get(dtype)
        self.dtype = self.precision.dtype
        self.rescale = rescale
        self.inputs = graph.cols(input_value)
        self.outputs = graph.cols(output_value)
        if self.dtype == np.float32:
            self.weights32 = make_unique[ParameterStore[float]](core[0])
            self.weights()[:] = weights
            self.float32 = make_unique[CorePredictor[float]](
                core[0], <int> input_value, <int> output_value, self.weights32.get().values(), <Index> 256)
        else:
            self.weights64 = make_unique[ParameterStore[double]](core[0])
            self.weights()[:] = weights
            self.float64 = make_unique[CorePredictor[double]](
                core[0], <int> input_value, <int> output_value, self.weights64.get().values(), <Index> 256)

    cdef object weights(self):
        """All parameters, shape (parameters,), not copied."""
        cdef float[::1] single
        cdef double[::1] full
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
                predictor's type, with contiguous rows. A new array if None.

        Returns:
            The output layer's values: `out`, or the new array.

        Raises:
            TypeError: When x does not hold numbers.
            ValueError: When a shape or type does not fit, or x holds NaN or infinity.
        """
        given = as_array("predictor", "x", x)
        if given.ndim > 2:  # images and the like
            given = given.reshape(len(given), -1)
        if given.ndim == 0 or given.shape[given.ndim - 1] != self.inputs:
            raise ValueError(
                f"predictor: x has shape {given.shape}, must be (rows, {self.inputs}) or"
                f" ({self.inputs},)"
            )
        shape = given.shape[:-1] + (self.outputs,)
        if out is None:
            out = np.empty(shape, self.dtype)
        else:
            self.check_out(out, shape)
        with np.errstate(over="ignore"):  # what is too large is told below
            converted = np.asarray(given, self.dtype)
        if not self.run(converted, out):
            check_finite("predictor", "x", np.atleast_2d(given), self.precision, self.rescale)
        return out

    cdef check_out(self, out, shape):
        if not isinstance(out, np.ndarray) or out.shape != shape or out.dtype != self.dtype:
            raise ValueError(
                f"predictor: out is {type(out).__name__} of shape {np.shape(out)}, must be an array"
                f" of shape {shape} and type {self.dtype}"
            )
        if not out.flags.writeable:
            raise ValueError("predictor: out is read-only")
        contiguous = out.strides[out.ndim - 1] == out.itemsize or self.outputs == 1
        if not contiguous or out.strides[0] % out.itemsize or not out.flags.aligned:
            raise ValueError("predictor: out must have contiguous rows, each a whole number apart")

    cdef cpp_bool run(self, x, out) except *:
        cdef Py_buffer from_
        cdef Py_buffer to
        PyObject_GetBuffer(x, &from_, PyBUF_STRIDES | PyBUF_FORMAT)
        try:
            PyObject_GetBuffer(out, &to, PyBUF_STRIDES | PyBUF_FORMAT | PyBUF_WRITABLE)
            try:
                if self.float32:
                    return run[float](self.float32.get(), DataType.float32, self.rescale, &from_, &to)
                return run[double](self.float64.get(), DataType.float64, self.rescale, &from_, &to)
            finally:
                PyBuffer_Release(&to)
        finally:
            PyBuffer_Release(&from_)

    def __reduce__(self):
        return Predictor, (self.recipe, self.dtype.name, self.weights().copy(), self.rescale)
