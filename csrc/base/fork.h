#pragma once

#include <cstdint>

namespace ganglion {

/// How many forks lie between this process and the one that loaded the library. What a thread held
/// before a fork is free in the child, where that thread is not.
std::uint32_t forks();

}  // namespace ganglion
