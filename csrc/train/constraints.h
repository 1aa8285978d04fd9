#pragma once

#include <vector>

#include "base/team.h"
#include "graph/table.h"

namespace ganglion {

/// Holds parameters to what the table says, once they have stepped.
template <class T>
class Constraints {
  public:
    /// `reached`: the parameters that step.
    Constraints(const ParameterTable& table, const std::vector<Range>& reached);

    /// Hold all, with a team. False where a norm is not finite.
    bool hold(const Team& team, T* parameters) const;

  private:
    /// Columns, or rows, of a weight, whatever the team's size.
    struct Strip {
        MaxNorm norm;
        Index offset;  // of its first number
        Index rows;
        Index cols;
        Index row_stride;
    };

    void add(const ParameterTable::Slot& slot);
    static bool hold(const Strip& strip, T* parameters);

    std::vector<Strip> strips_;
    double operations_ = 0;
};

}  // namespace ganglion
