#pragma once

#include <atomic>
#include <stdexcept>
#include <string>

namespace ganglion {

/// Refuses a second call while one is running: what it guards has one set of memory.
class Busy {
  public:
    /// Holds the guard for a scope. Throws std::runtime_error if it is held.
    class Scope {
      public:
        Scope(Busy& busy, const char* what) : busy_(busy) {
            if (busy_.held_.exchange(true)) {
                throw std::runtime_error(std::string(what) +
                                         ": the model is in use by another call");
            }
        }
        ~Scope() { busy_.held_ = false; }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

      private:
        Busy& busy_;
    };

  private:
    std::atomic<bool> held_{false};
};

}  // namespace ganglion
