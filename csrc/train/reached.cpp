#include "train/reached.h"

#include "train/swept.h"

namespace ganglion {

template <class T>
Reached<T>::Reached(const Graph& graph, const Plan& plan, const Workspace<T>& workspace)
    : whole(joined(plan.reached)),
      updated(updated_by(plan)),
      tables(tables_of_rows(plan)),
      rows(workspace.gradient_rows()),
      constraints(*graph.table(), whole) {}

template struct Reached<float>;
template struct Reached<double>;

}  // namespace ganglion
