#pragma once

#include <string>
#include <string_view>

namespace ganglion {

inline constexpr int kMostThreads = 4096;

/// How many threads a team may have, and who said so ("set_num_threads", a variable's name,
/// "cores", "this thread").
struct ThreadLimit {
    int threads;
    std::string_view source;
};

/// The limit for teams of the calling thread. Throws where GANGLION_NUM_THREADS says no number.
ThreadLimit thread_limit();

/// What the environment says of threads in variables of others, and does not count; empty: nothing.
std::string ignored_thread_limit();

/// Set a limit for teams of the calling thread, beside the process's; 0: none of its own. Returns
/// the one before.
int set_own_thread_limit(int threads);

/// Set the limit for this process; 0 returns to the environment's. Throws for a negative number.
void set_thread_limit(int threads);

/// `wanted` within the limit; the limit where teams are full.
int team_size(int wanted);

/// For measurements: let every team be as large as the limit allows, worthwhile or not.
void set_full_teams(bool full);
bool full_teams();

}  // namespace ganglion
