#include <utility>

#include "plan/plan.h"

namespace ganglion {

void cut_depth(Program& program, Index max_batch) {
    std::vector<Call> calls;
    std::size_t backward_begin = 0;
    for (std::size_t i = 0; i < program.calls.size(); ++i) {
        const std::vector<Call> parts = in_parts(program.calls[i], program.memory, max_batch);
        calls.insert(calls.end(), parts.begin(), parts.end());
        if (parts.empty()) calls.push_back(program.calls[i]);
        if (i < program.backward_begin) backward_begin = calls.size();
    }
    program.calls = std::move(calls);
    program.backward_begin = backward_begin;
}

}  // namespace ganglion
