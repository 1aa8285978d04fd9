#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace ganglion {

/// Who uses something, such as a network's parameters: any number of calls that read them, or one
/// that trains them. Within one that trains, its thread may read and change them as well, but not
/// while a run of the core is at them, as a signal handler could. What is refused throws
/// std::runtime_error, and has touched nothing. No thread waits for another.
class Access {
  public:
    /// A use of the parameters, which ends with it, or before, when it is told to.
    class Hold {
      public:
        Hold(Hold&& other) noexcept;
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;
        ~Hold() { end(); }

        void end();

      private:
        friend Access;
        Hold(Access* access, std::uint32_t use);

        Access* access_;  // null: it has ended
        std::uint32_t use_;
        std::uint32_t forks_;
    };

    /// `what` it is that is used, and `hint` what can be done where reading is refused: for
    /// messages.
    explicit Access(std::string what, std::string hint = "");
    Access(const Access&) = delete;
    Access& operator=(const Access&) = delete;

    /// Read the parameters. `call` is who asks, for the message of a refusal.
    [[nodiscard]] Hold read(const std::string& call);

    /// Train them, in one run of the core or in many.
    [[nodiscard]] Hold train(const std::string& call);

    /// Replace them, within a call that trains or outside.
    [[nodiscard]] Hold change(const std::string& call);

    /// Let a run of the core write to them.
    [[nodiscard]] Hold run(const std::string& call);

  private:
    [[noreturn]] void refuse(const std::string& call, const std::string& why = "") const;
    template <class Next>
    void move_on(const Next& next);
    bool trains_here() const;

    std::string what_;
    std::string hint_;
    std::atomic<std::uint64_t> state_{0};  // uses, and above them forks() when they began
    static constexpr std::uint64_t kNobody = 0;
    std::atomic<std::uint64_t> trainer_{kNobody};
};

}  // namespace ganglion
