#include "train/team_choice.h"

#include <algorithm>

namespace ganglion {
namespace {

/// Work below this begins on one thread: it is soon done, and others may have to be woken.
constexpr double kWorthWaking = 5e6;

/// With so much work a team is quicker, and is not doubted unless it is disturbed.
constexpr double kLargeWork = 1e8;

constexpr int kLongestInterval = 64;

/// A trial must be this much quicker to change the choice; more so to leave a team that is quicker
/// as a rule, for on a machine in use times vary.
constexpr double kGain = 0.95;
constexpr double kGainToLeave = 0.8;

}  // namespace

TeamChoice::TeamChoice(double operations)
    : large_(operations >= kLargeWork), alone_(operations < kWorthWaking) {}

int TeamChoice::next(int team, bool disturbed) {
    const bool sure = large_ && !alone_ && !disturbed;
    trying_ = !sure && left_-- <= 0;
    return alone_ != trying_ ? 1 : team;
}

void TeamChoice::took(double seconds) {
    if (!trying_) {
        latest_ = seconds;
        return;
    }
    const double gain = large_ && !alone_ ? kGainToLeave : kGain;
    const bool better = seconds < gain * latest_;
    if (better) {
        alone_ = !alone_;
        latest_ = seconds;
    }
    interval_ = better ? 2 : std::min(2 * interval_, kLongestInterval);
    left_ = interval_;
}

}  // namespace ganglion
