#pragma once

#include <vector>

#include "program/frame.h"

namespace ganglion {

/// What calls have in common that walk the positions of a batch's rows, one after the other: rows
/// know nothing of each other, so each part goes through all positions of its own.
struct Walk {
    static constexpr bool is_walk = true;
    BufferId along;      // what has the rows and positions
    BufferId recurrent;  // the weights between a position and the next

    Division division(const Memory&) const { return Division::rows; }
    double row_operations(const Memory& memory) const;

    template <class T>
    Block share(const Memory& memory, const Part& part, Index rows) const {
        return memory.block_of_rows(along, part, rows);
    }
    std::vector<Block> touched(BufferId id, const Block& mine, const Memory& memory,
                               Index rows) const;
    double operations(const Block& mine, const Memory& memory, Index rows) const;
};

/// The product of what a part's rows carry from one position to the next, and the weights of a
/// walk, which are packed once for all positions. It takes the member's scratch memory.
template <class T>
class CarriedProduct {
  public:
    CarriedProduct(const Frame<T>& frame, BufferId weight, bool transpose);

    /// c = epilogue(c + a·weight).
    void add_to(const Matrix<T>& c, const Matrix<T>& a, const GemmEpilogue<T>& epilogue = {});

    /// Elements of scratch memory that it takes.
    static Index scratch_size(const Memory& memory, BufferId weight, bool transpose,
                              Index max_batch);

  private:
    GemmArgs<T> args_;
    T* scratch_;
};

/// From the first position to the last, along what comes out.
struct WalkForth : Walk {
    template <class T>
    Index scratch_size(const Memory& memory, Index max_batch) const {
        return CarriedProduct<T>::scratch_size(memory, recurrent, false, max_batch);
    }
    /// What it reads in panels, so that a copy may take its place.
    BufferId panels() const { return recurrent; }
};

/// From the last position to the first, along a gradient.
struct WalkBack : Walk {
    template <class T>
    Index scratch_size(const Memory& memory, Index max_batch) const {
        return CarriedProduct<T>::scratch_size(memory, recurrent, true, max_batch);
    }
};

/// The part's rows of what has one of a walk's positions, or, at each, the one that is walked.
template <class T>
Matrix<T> slot(const Frame<T>& frame, BufferId id, Index position) {
    const Index positions = frame.memory.buffer(id).extent.positions;
    return frame.at_position(id, position < positions ? position : 0);
}

/// Every row = `row`, or 0 where that is null.
template <class T>
void fill_rows(const T* row, const Matrix<T>& to);

template <class T>
void copy_rows(const Matrix<T>& from, const Matrix<T>& to);

}  // namespace ganglion
