#include "base/play.h"

#include <utility>

#include "base/random.h"

namespace ganglion {
namespace {

thread_local Play* current_play = nullptr;

}  // namespace

std::vector<int> Play::turns(int members, int each) {
    ++works_;
    std::vector<int> found;
    for (int turn = 0; turn < members * each; ++turn) {
        const int member = turn / each;
        found.push_back(order_ == PlayOrder::reversed ? members - 1 - member : member);
    }
    if (order_ != PlayOrder::shuffled) return found;
    std::vector<int> shuffled;
    for (const std::int64_t turn : permutation({seed_, works_}, members * each))
        shuffled.push_back(found[static_cast<std::size_t>(turn)]);
    return shuffled;
}

PlayedTeams::PlayedTeams(const Play& play)
    : play_(play), before_(std::exchange(current_play, &play_)) {}

PlayedTeams::~PlayedTeams() { current_play = before_; }

Play* PlayedTeams::current() { return current_play; }

}  // namespace ganglion
