#pragma once

#include <vector>

#include "plan/plan.h"
#include "train/data.h"

namespace ganglion {

/// Which of a plan's inputs hold numbers that say where in memory to look, of classes or of rows of
/// a table, and how many there are. They are checked where they are filled in.
class Indices {
  public:
    /// Those that the plan reads. It must outlive them. Throws std::invalid_argument, naming `op`,
    /// where one is not among the inputs.
    Indices(const Graph& graph, const Plan& plan, const std::vector<ValueId>& inputs,
            const char* op);

    /// A value's, too: whole numbers below `count`; 0: it holds none.
    void add(ValueId value, Index count);

    /// Does the input of this number hold any?
    bool has(std::size_t input) const { return counts_[input] != 0; }
    /// Put 0 in the place of what is none, in rows that were filled in. Returns false if there was
    /// such.
    template <class T>
    bool hold(std::size_t input, Matrix<T> rows) const {
        return !has(input) || hold_indices_below(counts_[input], rows);
    }
    /// Throws std::invalid_argument: the input of this number was filled from what holds one that
    /// is none, the first of which it tells.
    template <class T>
    [[noreturn]] void refuse(std::size_t input, Matrix<const T> given) const;

  private:
    const Plan& plan_;
    std::vector<ValueId> inputs_;
    std::vector<Index> counts_;  // by input
    const char* op_;
};

}  // namespace ganglion
