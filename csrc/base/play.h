#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace ganglion {

/// Which member of a played team has its turn.
enum class PlayOrder { in_order, reversed, shuffled };

struct PlayOrderInfo {
    PlayOrder order;
    std::string_view name;
};

/// The one list of orders, in that of the enumeration.
inline constexpr std::array<PlayOrderInfo, 3> kPlayOrders{{
    {PlayOrder::in_order, "in_order"},  // all turns of the first member, then all of the next
    {PlayOrder::reversed, "reversed"},  // all of the last member, then all of the one before it
    {PlayOrder::shuffled, "shuffled"},  // any member, time and again
}};

/// A team without threads, for tests: from one barrier to the next its caller does the members'
/// work, now of one, now of another, as threads may but seldom do.
class Play {
  public:
    explicit Play(PlayOrder order, std::uint64_t seed = 0) : order_(order), seed_(seed) {}

    /// Whose turn it is, one after the other, where each of so many members has so many.
    std::vector<int> turns(int members, int each);

    /// Works that have been played, each of which ends with a wait for all.
    std::uint32_t works() const { return works_; }

  private:
    PlayOrder order_;
    std::uint64_t seed_;
    std::uint32_t works_ = 0;  // each of which is shuffled in another way
};

/// While it lives, each team that the calling thread leads is a played one, of the size it is asked
/// for. Those made later end earlier.
class PlayedTeams {
  public:
    explicit PlayedTeams(const Play& play);
    PlayedTeams(const PlayedTeams&) = delete;
    PlayedTeams& operator=(const PlayedTeams&) = delete;
    ~PlayedTeams();

    std::uint32_t works() const { return play_.works(); }

    /// The play of the calling thread; null: it has none.
    static Play* current();

  private:
    Play play_;
    Play* before_;
};

}  // namespace ganglion
