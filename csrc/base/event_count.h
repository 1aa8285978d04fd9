#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace ganglion {

/// So long after it began to wait a thread most likely still looks.
inline constexpr auto kStillLooks = std::chrono::microseconds(15);

/// A count of events, which threads wait for: spinning for some microseconds, then asleep. Longer
/// spinning would hold cores that other programs, or a member that lost its own, wait for.
class EventCount {
  public:
    std::uint32_t count() const { return count_.load(std::memory_order_acquire); }

    /// One more event.
    void advance();

    /// Wait until there has been an event since the count was `seen`. Has the thread slept?
    bool await_past(std::uint32_t seen) const;

  private:
    bool comes_soon(std::uint32_t seen) const;

    std::atomic<std::uint32_t> count_{0};
};

}  // namespace ganglion
