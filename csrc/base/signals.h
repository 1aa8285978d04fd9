#pragma once

#include <signal.h>

namespace ganglion {

/// Keeps signals from the calling thread, and from those it starts meanwhile for good: signals are
/// for the program's own threads.
class SignalsBlocked {
  public:
    explicit SignalsBlocked(bool wanted = true) : wanted_(wanted) {
        if (!wanted_) return;
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
    ~SignalsBlocked() {
        if (wanted_) pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

  private:
    bool wanted_;
    sigset_t before_{};
};

}  // namespace ganglion
