#pragma once

namespace ganglion {

/// Why a run over data ended.
enum class Ending { complete, interrupted, data_not_finite, no_index, loss_not_finite };

}  // namespace ganglion
