#pragma once

#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "base/fork.h"

namespace ganglion {

/// Refuses a second call while one is running: what it guards has one set of memory.
class Busy {
  public:
    /// Holds the guard for a scope. Throws std::runtime_error if it is held.
    class Scope {
      public:
        Scope(Busy& busy, const char* what) : busy_(busy), holder_(forks()) {
            std::int64_t held = busy_.holder_;
            if (held == holder_ || !busy_.holder_.compare_exchange_strong(held, holder_)) {
                throw std::runtime_error(std::string(what) +
                                         ": the model is in use by another call");
            }
        }
        ~Scope() {
            std::int64_t held = holder_;
            busy_.holder_.compare_exchange_strong(held, kNobody);
        }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

      private:
        Busy& busy_;
        std::int64_t holder_;
    };

  private:
    static constexpr std::int64_t kNobody = -1;

    std::atomic<std::int64_t> holder_{kNobody};  // forks() of the process in which it is held
};

}  // namespace ganglion
