# cython: language_level=3
# The predictor for other Cython modules: `from ganglion.inference cimport Predictor`. Compile them as
# C++20 with `ganglion.get_include()` among the include directories.

cimport cython
from cpython.object cimport PyObject
from libcpp.memory cimport unique_ptr
from libcpp.vector cimport vector


cdef extern from "<span>" namespace "std" nogil:
    cdef cppclass span[T]:
        span(T* first, size_t count)


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
        const double* shift
        const double* factor


cdef extern from "train/parameter_store.h" namespace "ganglion":
    cdef cppclass ParameterStore[T]:
        ParameterStore(const Graph& graph) except +
        Index size()
        T* values()


cdef extern from "base/stop.h" namespace "ganglion":
    cdef cppclass Interrupt:
        pass
    const Interrupt kNoInterrupt


cdef extern from "train/ending.h" namespace "ganglion":
    cdef enum class Ending:
        complete
        no_index


cdef extern from "train/predictor.h" namespace "ganglion":
    cdef cppclass CorePredictor "ganglion::Predictor"[T]:
        CorePredictor(
            const Graph& graph, vector[int] inputs, vector[int] outputs, ParameterStore[T]& store,
            Index max_batch, bint frozen
        ) except +
        double operations()
        Ending predict(
            span[DataView] x, span[Matrix[T]] y, Interrupt interrupt
        ) except + nogil


cdef class Predictor:
    cdef object recipe
    cdef object precision
    cdef int type_number
    cdef readonly object dtype
    cdef readonly double rescale
    cdef object columns
    cdef object channels
    cdef const double* shift
    cdef const double* factor
    cdef readonly Py_ssize_t inputs
    cdef readonly Py_ssize_t outputs
    cdef vector[Py_ssize_t] widths
    cdef Py_ssize_t index_count
    cdef unique_ptr[ParameterStore[float]] weights32
    cdef unique_ptr[ParameterStore[double]] weights64
    cdef unique_ptr[CorePredictor[float]] float32
    cdef unique_ptr[CorePredictor[double]] float64

    @cython.final
    cdef void scale(self, DataView* view) noexcept nogil

    # x (rows, inputs) -> y (rows, outputs), both contiguous, which do not overlap. Where a network
    # has several outputs those of a row lie beside each other, in their order. Returns whether
    # every number of x is finite, and a row's number where it numbers rows of a table; y holds
    # nothing useful where not. Raises TypeError when the predictor computes in the other type.
    cdef bint predict_float32(self, const float* x, Py_ssize_t rows, float* y) except? False nogil
    cdef bint predict_float64(self, const double* x, Py_ssize_t rows, double* y) except? False nogil

    @cython.final
    cdef object weights(self)
    @cython.final
    cdef bint fits(self, object array, Py_ssize_t columns)
    @cython.final
    cdef object read(self, object x)
    @cython.final
    cdef bint overlaps(self, object given, object out, Py_ssize_t columns) except -1
    @cython.final
    cdef DataView view(self, object given) noexcept
    @cython.final
    cdef int run(self, object given, object out) except -1
    @cython.final
    cdef int run_each(self, object given, PyObject** outs) except -1
    @cython.final
    cdef object refuse(self, object x, int ending)
