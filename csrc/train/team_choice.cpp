#include "train/team_choice.h"

#include <algorithm>

namespace ganglion {
namespace {

constexpr int kLongestInterval = 64;

/// A trial must be this much quicker to change the choice.
constexpr double kGain = 0.95;

}  // namespace

int TeamChoice::next(int team, bool sure) {
    trying_ = !(sure && !alone_) && left_-- <= 0;
    return alone_ != trying_ ? 1 : team;
}

void TeamChoice::took(double seconds) {
    if (!trying_) {
        latest_ = seconds;
        return;
    }
    const bool better = seconds < kGain * latest_;
    if (better) {
        alone_ = !alone_;
        latest_ = seconds;
    }
    interval_ = better ? 2 : std::min(2 * interval_, kLongestInterval);
    left_ = interval_;
}

}  // namespace ganglion
