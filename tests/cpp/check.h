#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/cpu.h"

// A check that says where it failed, and ends the program: each test is a program of its own.

namespace ganglion::testing {

inline void check(bool holds, const char* text, const char* file, int line) {
    if (holds) return;
    std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, text);
    std::exit(1);
}

/// CTest's code for a skipped test.
inline constexpr int kSkipped = 77;

/// End the program as skipped if this CPU lacks what GANGLION_ISA demands.
inline void skip_unless_available() {
    const char* wanted = std::getenv("GANGLION_ISA");
    if (wanted == nullptr) return;
    for (const Isa isa : available_isas()) {
        if (std::string(wanted) == name(isa)) return;
    }
    std::exit(kSkipped);
}

/// Does the call throw an E?
template <class E, class Call>
bool throws(const Call& call) {
    try {
        call();
    } catch (const E&) {
        return true;
    }
    return false;
}

}  // namespace ganglion::testing

#define CHECK(condition) ::ganglion::testing::check((condition), #condition, __FILE__, __LINE__)
