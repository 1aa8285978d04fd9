#pragma once

#include <cstdint>
#include <memory>

#include "base/matrix.h"

namespace ganglion {

/// Bytes of a cache line, and of the widest vector: every buffer starts on such a boundary.
inline constexpr Index kAlignment = 64;

/// Allocations the core has made since the process started. A test reads it around a run.
std::int64_t allocation_count();

/// Aligned memory that can be read, not written, one vector past its end: kernels load whole
/// vectors and ignore the lanes they do not need. What is never touched takes no memory.
template <class T>
class AlignedBuffer {
  public:
    AlignedBuffer() = default;
    /// `size` zeros.
    explicit AlignedBuffer(Index size);

    T* data() { return data_; }
    const T* data() const { return data_; }
    Index size() const { return size_; }

  private:
    struct Free {
        void operator()(void* memory) const;
    };
    std::unique_ptr<void, Free> memory_;
    T* data_ = nullptr;  // within it
    Index size_ = 0;
};

}  // namespace ganglion
