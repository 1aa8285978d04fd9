#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "program/extent.h"

namespace ganglion {

/// So many elements of any type have a size in bytes that can be told.
inline constexpr Index kMostElements = std::numeric_limits<Index>::max() / 16;

/// The groups of parameters that are trained; nothing: all.
using Groups = std::optional<std::vector<int>>;

enum class ParameterKind {
    weight,
    state,  // what a network remembers: it has no gradient, and is kept with the weights
};

/// The largest norm that weights have once they have stepped: each column's, or, along axis 1, each
/// row's.
struct MaxNorm {
    double max_value;
    int axis;
};

/// The parameters of one or more graphs: what they are called, how large they are, to which group
/// each belongs, and where it lies in the one block of all.
class ParameterTable {
  public:
    struct Slot {
        std::string name;
        Extent extent;  // (rows, channels)
        int group;      // a goal trains some of the groups
        ParameterKind kind;
        Index offset;
        std::optional<MaxNorm> max_norm{};

        Range numbers() const { return {offset, offset + extent.rows * extent.row_size()}; }
        /// Is it in one of these groups?
        bool belongs_to(const Groups& groups) const;
        /// Is it stepped where these groups are trained? A state never is.
        bool is_trained(const Groups& groups) const;
    };

    /// Add a parameter; returns its slot. Throws std::invalid_argument when it is empty, or all
    /// together would be too large.
    int add(const std::string& name, Index rows, Index cols, int group = 0,
            ParameterKind kind = ParameterKind::weight);

    /// Say what norm a parameter has at most. Throws std::invalid_argument when that is no norm.
    void limit_norm(int number, const MaxNorm& norm);

    /// Throws std::invalid_argument, naming `op`, unless a parameter belongs to each group.
    void check(const Groups& groups, const char* op) const;

    const Slot& slot(int number) const;
    const std::vector<Slot>& slots() const { return slots_; }
    /// Elements of all together.
    Index size() const { return size_; }

  private:
    std::vector<Slot> slots_;
    Index size_ = 0;
};

}  // namespace ganglion
