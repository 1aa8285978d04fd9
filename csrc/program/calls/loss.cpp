#include "program/calls/loss.h"

namespace ganglion {

template <class T>
void LossCall::run(Frame<T>& frame) const {
    const bool is_told = term != kNoTerm && frame.run.losses != nullptr;
    const LossRun run = is_told ? frame.run.losses[term] : LossRun{.weighted = weighted};
    const T* const weights = run.weighted ? frame.mine(weight).data : nullptr;
    kernels<T>().losses[static_cast<std::size_t>(loss)](
        {.output = frame.mine(output),
         .target = frame.mine(target),
         .weight = weights,
         .scale = factor * run.scale,
         .parameters = frame.numbers.data() + parameters.begin,
         .parameter_count = parameters.size(),
         .row_loss = frame.mine(row_loss).data,
         .gradient = frame.mine(gradient)});
}

template void LossCall::run(Frame<float>&) const;
template void LossCall::run(Frame<double>&) const;

}  // namespace ganglion
