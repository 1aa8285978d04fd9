#pragma once

#include <initializer_list>
#include <vector>

#include "program/buffer.h"

namespace ganglion {

/// The buffers that a call reads and writes.
struct Accesses {
    std::vector<BufferId> reads;
    std::vector<BufferId> writes;

    /// kNoBuffer, where a call does without, is left out.
    Accesses(std::initializer_list<BufferId> read, std::initializer_list<BufferId> written)
        : reads(read), writes(written) {
        std::erase(reads, kNoBuffer);
        std::erase(writes, kNoBuffer);
    }
    void also_read(BufferId id) { reads.push_back(id); }
    void also_write(BufferId id) { writes.push_back(id); }
};

}  // namespace ganglion
