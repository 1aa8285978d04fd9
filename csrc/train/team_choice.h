#pragma once

namespace ganglion {

/// Picks one thread or a team for work that comes again and again: whichever took less time lately.
/// Which one is quicker for small work depends on how near the cores are to each other, and on what
/// else they do; the clock tells. Results are the same either way.
class TeamChoice {
  public:
    /// `operations`: of a batch.
    explicit TeamChoice(double operations);

    /// Threads for the next stretch of work, which may have up to `team`. `disturbed`: members of
    /// the last team lost their cores to other threads.
    int next(int team, bool disturbed = false);

    /// What the stretch took, in seconds a row.
    void took(double seconds);

  private:
    bool large_;
    bool alone_;
    bool trying_ = false;  // this stretch runs as the others do not
    int interval_ = 2;     // stretches from one trial to the next
    int left_ = 2;         // until the next: the first of all takes longer
    double latest_ = 0;    // of the others
};

}  // namespace ganglion
