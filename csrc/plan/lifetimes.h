#pragma once

#include <cstddef>
#include <vector>

#include "graph/lowering.h"
#include "program/program.h"

namespace ganglion {

/// The calls between which a storage's content matters: from `first` to `last`, both included.
struct Lifetime {
    std::size_t first = 0;
    std::size_t last = 0;
    bool used = false;
    bool given = false;  // by the caller, before the call `first`

    void include(std::size_t call);

    /// Will what the storage holds before a call still be read?
    bool matters_before(std::size_t call) const {
        return used && (given ? first <= call : first < call) && call <= last;
    }
};

/// Of each storage, by StorageId. The call after the last stands for the caller, who reads outputs,
/// losses and the gradients of inputs.
std::vector<Lifetime> lifetimes(const Program& program, const Goal& goal);

}  // namespace ganglion
