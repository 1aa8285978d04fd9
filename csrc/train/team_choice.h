#pragma once

namespace ganglion {

/// Picks one thread or a team for work that comes again and again: whichever took less time lately.
/// Which one is quicker for small work depends on how near the cores are to each other, and on what
/// else they do; the clock tells. Results are the same either way.
class TeamChoice {
  public:
    explicit TeamChoice(bool begins_alone) : alone_(begins_alone) {}

    /// Threads for the next stretch of work, which may have up to `team`. `sure`: unless one thread
    /// has been chosen, the team is the quicker without a trial.
    int next(int team, bool sure = false);

    /// What the stretch took, in seconds a row.
    void took(double seconds);

  private:
    bool alone_;
    bool trying_ = false;  // this stretch runs as the others do not
    int interval_ = 2;     // stretches from one trial to the next
    int left_ = 2;         // until the next: the first of all takes longer
    double latest_ = 0;    // of the others
};

}  // namespace ganglion
