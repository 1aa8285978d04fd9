#pragma once

#include "base/matrix.h"
#include "kernels/activation.h"
#include "kernels/optimizer.h"

namespace ganglion {

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

    const T* bias = nullptr;       // (n): the chain starts here
    bool accumulate = false;       // the chain starts at C; without it C is never read
    T* column_sums = nullptr;      // (n): sums of B's rows, by the call whose rows begin at 0
    bool accumulate_sums = false;  // added to what is there

    // The epilogue, on each tile right after its last multiply-add.
    ActivationForward<T> activate = nullptr;  // activated = phi(C)
    Matrix<T> activated{};                    // may be C itself
    ActivationBackward<T> derive = nullptr;   // C = C * phi'(saved)
    Matrix<const T> saved{};
    T alpha = 0;

    /// C is the gradient of the parameters from number `update_offset` on, and each tile of it
    /// makes a step of the optimizer. C itself is left as it was, or holds anything.
    const Update<T>* update = nullptr;
    Index update_offset = 0;
    bool* update_finite = nullptr;  // cleared where a parameter is not finite afterwards
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
