#include <system_error>
#include <thread>

#include "base/signals.h"
#include "base/threads.h"

namespace ganglion {

int start_pool(Crew& crew, int first, int count) {
    const SignalsBlocked blocked;
    for (int i = 0; i < count; ++i) {
        try {
            std::thread thread(
                [&crew, rank = first + i, after = crew.posted()] { crew.serve(rank, after); });
            crew.affinity().add(thread.native_handle());
            thread.detach();
        } catch (const std::system_error&) {
            return i;
        }
    }
    return count;
}

}  // namespace ganglion
