#include "base/team.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

#include "base/crew.h"
#include "base/play.h"
#include "base/threading_layer.h"

namespace ganglion {
namespace {

/// The helpers of a layer and who leads them. Never destroyed: they live as long as the process.
class Workforce {
  public:
    explicit Workforce(const ThreadingLayer& layer) : layer_(layer) {}

    bool is_of(const ThreadingLayer& layer) const { return &layer_ == &layer; }

    void lead(int size, LeadFunction function, const void* lead) {
        crew_.affinity().follow_caller();
        crew_.reserve(size);
        if (members_ < size) members_ += layer_.start(crew_, members_, size - members_);
        function(lead, Team(&crew_, std::min(size, members_)));
    }

  private:
    const ThreadingLayer& layer_;
    Crew crew_;
    int members_ = 1;  // the caller, and the helpers that have been started
};

/// All that this process has; whoever has the turn may use them. A child made by fork has none of
/// its parent's threads, and begins anew, whoever had the turn.
struct Workforces {
    std::atomic<bool> in_use{false};
    std::vector<std::unique_ptr<Workforce>> all;  // by layer

    Workforce& of(const ThreadingLayer& layer) {
        for (const auto& one : all) {
            if (one->is_of(layer)) return *one;
        }
        return *all.emplace_back(std::make_unique<Workforce>(layer));
    }
};

std::atomic<Workforces*> workforces{nullptr};

Workforces& the_workforces() {
    static const bool made = [] {
        workforces.store(new Workforces);
        pthread_atfork(nullptr, nullptr, [] { workforces.store(new Workforces); });
        return true;
    }();
    static_cast<void>(made);
    return *workforces.load();
}

}  // namespace

bool Team::is_disturbed() const { return crew_ != nullptr && crew_->is_disturbed(); }

std::uint32_t Team::works_given() const {
    return crew_ == nullptr ? 0 : static_cast<std::uint32_t>(crew_->posted() >> 32);
}

void Team::run_parts(double operations, PartFunction function, const void* body) const {
    if (play_ != nullptr) return play_parts(function, body);
    crew_->divide(size_, operations, function, body);
}

void Team::run_each(PartFunction function, const void* body) const {
    if (play_ != nullptr) return play_parts(function, body);
    crew_->each(size_, function, body);
}

void Team::play_parts(PartFunction function, const void* body) const {
    for (const int member : play_->turns(size_, 1)) function(body, {member, size_, member});
}

void lead_team(int size, LeadFunction function, const void* lead) {
    if (Play* const play = PlayedTeams::current()) return function(lead, Team(play, size));
    Workforces& here = the_workforces();
    if (here.in_use.exchange(true, std::memory_order_acquire)) return function(lead, Team());
    struct Turn {
        std::atomic<bool>& in_use;
        ~Turn() { in_use.store(false, std::memory_order_release); }
    } const turn{here.in_use};
    here.of(threading_layer()).lead(size, function, lead);
}

}  // namespace ganglion
