#pragma once

#include <vector>

#include "plan/plan.h"
#include "train/data.h"

namespace ganglion {

/// Which of a plan's inputs hold class numbers, and of how many classes: they say where in memory
/// to look, and are checked where they are filled in.
class ClassNumbers {
  public:
    /// Those that the plan's losses read. The plan must outlive it. Throws std::invalid_argument,
    /// naming `op`, where one is not among the inputs.
    ClassNumbers(const Graph& graph, const Plan& plan, const std::vector<ValueId>& inputs,
                 const char* op);

    /// Of a value, too, as of those above; 0 classes: it numbers none.
    void add(ValueId value, Index classes);

    /// Does the input of this number hold any?
    bool has(std::size_t input) const { return classes_[input] != 0; }
    /// Put 0 in the place of what is none, in rows that were filled in. Returns false if there was
    /// such.
    template <class T>
    bool hold(std::size_t input, Matrix<T> rows) const {
        return !has(input) || hold_indices_below(classes_[input], rows);
    }
    /// Throws std::invalid_argument: the input of this number held what is none.
    [[noreturn]] void refuse(std::size_t input) const;

  private:
    const Plan& plan_;
    std::vector<ValueId> inputs_;
    std::vector<Index> classes_;  // by input; 0: it numbers none
    const char* op_;
};

}  // namespace ganglion
