#include "base/access.h"

#include <stdexcept>
#include <utility>

#include "base/fork.h"

namespace ganglion {
namespace {

constexpr std::uint32_t kReader = 1;
constexpr std::uint32_t kRun = 1U << 30;
constexpr std::uint32_t kTraining = 1U << 31;

/// The calling thread: no other one has its number, in this process or across a fork.
std::uint64_t this_thread() {
    static std::atomic<std::uint32_t> threads{0};
    thread_local const std::uint32_t number = ++threads;
    return std::uint64_t{forks()} << 32 | number;
}

}  // namespace

Access::Hold::Hold(Access* access, std::uint32_t use)
    : access_(access), use_(use), forks_(forks()) {}

Access::Hold::Hold(Hold&& other) noexcept
    : access_(std::exchange(other.access_, nullptr)), use_(other.use_), forks_(other.forks_) {}

void Access::Hold::end() {
    Access* const access = std::exchange(access_, nullptr);
    if (access == nullptr || forks_ != forks()) return;
    if (use_ == kTraining) access->trainer_ = kNobody;
    access->move_on([this](std::uint32_t uses) { return uses - use_; });
}

Access::Access(std::string what, std::string hint)
    : what_(std::move(what)), hint_(std::move(hint)) {}

void Access::refuse(const std::string& call, const std::string& why) const {
    throw std::runtime_error(call + ": " + what_ + " is in use by another call" + why);
}

/// Make the uses what `next` says that follows from them; those from before a fork are no more.
template <class Next>
void Access::move_on(const Next& next) {
    std::uint64_t before = state_;
    const std::uint64_t process = std::uint64_t{forks()} << 32;
    std::uint64_t after = 0;
    do {
        const bool ours = before >> 32 == process >> 32;
        after = process | next(ours ? static_cast<std::uint32_t>(before) : 0);
    } while (!state_.compare_exchange_weak(before, after));
}

bool Access::trains_here() const { return trainer_ == this_thread(); }

Access::Hold Access::read(const std::string& call) {
    move_on([&](std::uint32_t uses) {
        if ((uses & kRun) != 0 || ((uses & kTraining) != 0 && !trains_here())) {
            refuse(call, ", which trains it" + hint_);
        }
        return uses + kReader;
    });
    return {this, kReader};
}

Access::Hold Access::train(const std::string& call) {
    move_on([&](std::uint32_t uses) {
        if (uses != 0) refuse(call);
        return kTraining;
    });
    trainer_ = this_thread();
    return {this, kTraining};
}

Access::Hold Access::change(const std::string& call) {
    bool within = false;
    move_on([&](std::uint32_t uses) {
        within = uses == kTraining && trains_here();
        if (uses != 0 && !within) refuse(call);
        return kTraining;
    });
    if (within) return {nullptr, 0};
    trainer_ = this_thread();
    return {this, kTraining};
}

Access::Hold Access::run(const std::string& call) {
    move_on([&](std::uint32_t uses) {
        const bool others = (uses & ~kTraining) != 0;
        if (others || ((uses & kTraining) != 0 && !trains_here())) refuse(call);
        return uses | kRun;
    });
    return {this, kRun};
}

}  // namespace ganglion
