#pragma once

#include "base/matrix.h"
#include "kernels/activation.h"
#include "kernels/optimizer.h"

namespace ganglion {

/// What each chain starts with, if not at zero.
template <class T>
struct GemmStart {
    const T* bias = nullptr;  // (n)
    bool accumulate = false;  // C; without it C is never read
};

/// Sums of B's rows, made by the call whose rows begin at 0.
template <class T>
struct GemmSums {
    T* into = nullptr;        // (n)
    bool accumulate = false;  // added to what is there
};

/// What is done with each tile right after its last multiply-add.
template <class T>
struct GemmEpilogue {
    ActivationForward<T> activate = nullptr;  // activated = phi(C)
    Matrix<T> activated{};                    // may be C itself
    ActivationBackward<T> derive = nullptr;   // C = C * phi'(saved)
    Matrix<const T> saved{};
    T alpha = 0;

    bool is_any() const { return activate != nullptr || derive != nullptr; }
};

/// C is the gradient of the parameters from number `offset` on, and each tile of it makes a step of
/// the optimizer. C itself is left as it was, or holds anything.
template <class T>
struct GemmStep {
    const Update<T>* update = nullptr;
    Index offset = 0;
    bool* finite = nullptr;  // cleared where a parameter is not finite afterwards
};

/// What one product computes: C = epilogue(start + A·B).
///
/// A is (m, k), B is (k, n), C is (m, n). A and B have any strides; C's rows are contiguous. C must
/// not overlap A or B.
///
/// Each element of C is one chain of multiply-adds along the depth, from k = 0 up, whatever the
/// blocking, the tile it falls in and the thread that computes it: hence the same bits everywhere.
template <class T>
struct GemmArgs {
    Matrix<const T> a;
    Matrix<const T> b;
    Matrix<T> c;

    /// B's rows can be read one vector past the last one's end (AlignedBuffer).
    bool b_padded = false;
    /// B as pack_b made it, or null.
    const T* packed_b = nullptr;

    GemmStart<T> start{};
    GemmSums<T> sums{};
    GemmEpilogue<T> epilogue{};
    GemmStep<T> step{};
};

/// Products of the same shape: of number i, A begins at first.a.data + i * a_step, and so on. The
/// epilogue of `first` must have no matrices of its own.
template <class T>
struct GemmBatch {
    GemmArgs<T> first;
    Index a_step;
    Index b_step;
    Index c_step;
};

/// How a product is cut so that what is read again is still near: a block of A (`rows` x `depth`)
/// and a panel of B (`depth` x tile_cols) in the second cache, a block of B (`depth` x `cols`) in
/// the third.
struct GemmBlocking {
    Index depth;
    Index rows;
    Index cols;
};

}  // namespace ganglion
